import { dayHeading, duration, fileSize, hueOf, initials, shortWhen, timer } from "../src/format";

describe("times and sizes", () => {
  it("writes a running timer the same in every language", () => {
    expect([timer(38), timer(2530), timer(11_112)]).toEqual(["0:38", "42:10", "3:05:12"]);
  });

  it("writes durations in the words of the language", () => {
    expect(duration("en", 18 * 60)).toBe("18m");
    expect(duration("en", 80 * 60)).toBe("1h 20m");
    expect(duration("zh-CN", 18 * 60)).toMatch(/18\s?分/);
    expect(duration("zh-CN", 80 * 60)).not.toMatch(/[a-z]/i);
    expect(duration("en", 86_400 * 3 + 3600 * 4)).toBe("3d 4h");
  });

  it("names the days of a timeline", () => {
    const now = new Date(2026, 10, 22, 15).getTime();
    const yesterday = new Date(2026, 10, 21, 23, 59).toISOString();
    expect(dayHeading("en", new Date(now).toISOString(), now)).toBe("Today");
    expect(dayHeading("zh-CN", new Date(now).toISOString(), now)).toBe("今天");
    expect(dayHeading("en", yesterday, now)).toBe("Yesterday");
    expect(shortWhen("zh-CN", yesterday, now)).toBe("昨天");
    expect(shortWhen("en", new Date(2026, 9, 14).toISOString(), now)).toBe("Oct 14");
    expect(shortWhen("en", new Date(2025, 9, 14).toISOString(), now)).toBe("Oct 14, 2025");
  });

  it("writes sizes of files with their unit", () => {
    expect(fileSize("en", 512)).toBe("512 bytes");
    expect(fileSize("en", 25_400_000)).toBe("25.4 MB");
  });
});

describe("avatars", () => {
  it("take the last two Han characters, two initials, or # for a number", () => {
    expect([initials("王晓敏"), initials("Ana Ferreira"), initials("+44 20 7946 0184"), initials("  ")]).toEqual([
      "晓敏",
      "AF",
      "#",
      "?",
    ]);
  });

  it("keep one colour for one name", () => {
    expect(hueOf("Ana")).toBe(hueOf("Ana"));
    expect(hueOf("Ana")).not.toBe(hueOf("Bob"));
  });
});
