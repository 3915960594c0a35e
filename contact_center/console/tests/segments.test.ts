// The composer counts what the carrier will charge; the server's table says the same.
import { describe, expect, it } from "vitest";
import { measure } from "../src/segments";

describe("the size of a text", () => {
  it.each([
    ["", "gsm7", 1, 160],
    ["a".repeat(160), "gsm7", 1, 0],
    ["a".repeat(161), "gsm7", 2, 145],
    ["€".repeat(81), "gsm7", 2, 143],
    ["您好", "ucs2", 1, 68],
    ["好".repeat(71), "ucs2", 2, 63],
    ["😀".repeat(36), "ucs2", 2, 61],
  ])("of %s", (text, encoding, segments, left) => {
    expect(measure(text)).toEqual({ encoding, segments, left });
  });
});
