import { act, renderHook, screen } from "@testing-library/react";
import { vi } from "vitest";
import { live } from "../src/connection";
import { queuesChanged } from "../src/store/apply";
import { freshnessOf } from "../src/views/queues/freshness";
import { LiveSheet } from "../src/views/queues/LiveSheet";
import { useQueueNews } from "../src/views/queues/useQueueNews";
import { show } from "./house";

const up = () => act(() => live.line.set({ state: "up", since: Date.now(), everUp: true }));
const sheet = () => screen.getByRole("main");

describe("the age of the queues' figures", () => {
  it("is amber past ten seconds and not live past thirty", () => {
    expect([0, 10, 11, 30, 31, 3600].map((age) => freshnessOf(age, true))).toEqual([
      "live",
      "live",
      "delayed",
      "delayed",
      "dead",
      "dead",
    ]);
  });

  it("is never called live while the line is down", () => {
    expect([0, 11, 31].map((age) => freshnessOf(age, false))).toEqual(["delayed", "delayed", "dead"]);
  });
});

describe("the sheet of the queues", () => {
  const drawn = (secondsAgo: number) =>
    show(
      <LiveSheet title="Queues" at={Date.now() - secondsAgo * 1000}>
        <p>12 waiting</p>
      </LiveSheet>,
    );

  it("says live while answers come", () => {
    up();
    drawn(2);
    expect(screen.getByRole("status")).toHaveTextContent("Live");
    expect(sheet()).not.toHaveClass("stale");
  });

  it("greys the figures when no answer came for long, though the socket is up", () => {
    up();
    drawn(90);
    expect(screen.getByText(/^Not live: 1:30/)).toBeInTheDocument();
    expect(sheet()).toHaveClass("stale");
  });

  it("speaks the state, not the seconds, so a screen reader hears it once", () => {
    up();
    drawn(14);
    expect(screen.getByText(/^Delayed/)).toHaveTextContent("Delayed 0:14");
    expect(screen.getByRole("status")).toHaveTextContent(/^The figures are delayed$/);
  });
});

describe("news of the queues", () => {
  afterEach(() => vi.useRealTimers());

  it("of a busy second are answered by one look, and none by a screen that is gone", () => {
    vi.useFakeTimers();
    const look = vi.fn();
    const { unmount } = renderHook(() => useQueueNews(look));
    const news = (count: number) => {
      for (let n = 0; n < count; n += 1) queuesChanged.update((before) => before + 1);
    };
    news(200);
    vi.advanceTimersByTime(1000);
    expect(look).toHaveBeenCalledTimes(1);
    news(1);
    vi.advanceTimersByTime(1000);
    expect(look).toHaveBeenCalledTimes(2);
    news(1);
    unmount();
    vi.advanceTimersByTime(5000);
    expect(look).toHaveBeenCalledTimes(2);
  });
});
