// What a console does when a part of it is gone: loads itself anew, once, and only from a server that answers.
import { partMissing } from "../src/stale";

const answers = (ok: boolean) => vi.spyOn(globalThis, "fetch").mockResolvedValue({ ok } as Response);
const MINUTE = 60_000;

beforeEach(() => sessionStorage.clear());

test("a part that is gone loads the page anew, but not again and again", async () => {
  answers(true);
  const reload = vi.fn();
  expect(await partMissing(reload, MINUTE)).toBe(true);
  expect(await partMissing(reload, MINUTE + 5_000)).toBe(false);
  expect(await partMissing(reload, 2 * MINUTE)).toBe(true);
  expect(reload).toHaveBeenCalledTimes(2);
});

test("with the line down or the server away the page stays as it is", async () => {
  const reload = vi.fn();
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no line"));
  expect(await partMissing(reload, MINUTE)).toBe(false);
  answers(false);
  expect(await partMissing(reload, MINUTE)).toBe(false);
  expect(reload).not.toHaveBeenCalled();
});
