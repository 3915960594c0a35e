// The calendar of mainland China: holidays closed, make-up weekends worked, what people entered is kept.
import { describe, expect, it } from "vitest";
import { withChina2026 } from "../src/views/admin/hours/china";

describe("the days of 2026", () => {
  it("closes the National Day week and works the weekends that make up for it", () => {
    const days = new Map(withChina2026([]).map((day) => [day.date, day]));
    expect(["2026-10-01", "2026-10-07"].map((date) => days.get(date)?.like)).toEqual([null, null]);
    expect(["2026-09-20", "2026-10-10"].map((date) => days.get(date)?.like)).toEqual([0, 0]);
    expect(days.has("2026-10-08")).toBe(false);
  });

  it("keeps what was entered, adds each day once, in order", () => {
    const own = { date: "2026-10-01", name: "Ours", like: 3, spans: [] };
    const twice = withChina2026(withChina2026([own]));
    expect(twice.filter((day) => day.date === own.date)).toEqual([own]);
    expect(new Set(twice.map((day) => day.date)).size).toBe(twice.length);
    expect(twice.map((day) => day.date)).toEqual(twice.map((day) => day.date).sort());
  });
});
