import { Entities } from "../src/store/entities";

describe("the entity store", () => {
  it("keeps the highest version, in whatever order things come", () => {
    const store = new Entities();
    expect(store.put("conversation", "a", 3, "event")).toBe(true);
    expect(store.put("conversation", "a", 2, "older snapshot")).toBe(false);
    expect(store.get("conversation", "a")).toBe("event");
    expect(store.put("conversation", "a", 3, "snapshot of the same version, with more in it")).toBe(true);
    expect(store.get("conversation", "a")).toBe("snapshot of the same version, with more in it");
  });

  it("tells only those who watch the entity that changed", () => {
    const store = new Entities();
    const heard: string[] = [];
    store.subscribe("conversation", "a", () => heard.push("a"));
    const stop = store.subscribe("conversation", "b", () => heard.push("b"));
    store.put("conversation", "a", 1, 1);
    store.put("conversation", "a", 0, "refused");
    stop();
    store.put("conversation", "b", 1, 1);
    expect(heard).toEqual(["a"]);
  });
});
