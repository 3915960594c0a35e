import i18n from "../src/i18n";
import { entities } from "../src/store/entities";
import type { Me } from "../src/types";
import { commandsOf, matching } from "../src/views/shell/commands";
import { item } from "./house";

const user = (permissions: string[], agent: object | null = { id: "a1" }) =>
  ({ permissions: Object.fromEntries(permissions.map((each) => [each, "all"])), agent }) as unknown as Me;
const around = (me: Me, open: string | null = null) => ({
  t: i18n.t,
  user: me,
  open,
  go: vi.fn(),
  help: vi.fn(),
});
const ids = (me: Me, open: string | null = null) => commandsOf(around(me, open)).map((each) => each.id);

describe("the palette's commands", () => {
  beforeEach(() => entities.clear());

  it("are only those that this person may do", () => {
    expect(ids(user(["offers.own"]))).toEqual(expect.arrayContaining(["next", "available", "keys", "view-mine"]));
    expect(ids(user(["offers.own"]))).not.toContain("/admin");
    expect(ids(user(["settings.read"], null))).not.toContain("available");
    expect(ids(user(["settings.read"], null))).toContain("/admin");
  });

  it("begin with what can be done with the open conversation", () => {
    entities.put("conversation", "c1", 1, item("c1"));
    expect(ids(user([]), "c1").slice(0, 3)).toEqual(["resolve", "requeue", "unread"]);
    expect(ids(user([]), "gone")).not.toContain("resolve");
    expect(ids(user(["complaints.write"]), "c1")).toContain("complaint");
    expect(ids(user([]), "c1")).not.toContain("complaint");
  });

  it("are found by every typed word, in any width of letters", () => {
    const all = commandsOf(around(user(["offers.own"])));
    expect(matching(all, "ｔａｋｅ next").map((each) => each.id)).toEqual(["next"]);
    expect(matching(all, "take nothing")).toEqual([]);
  });
});
