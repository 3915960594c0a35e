// The wallboard's store against what a server may say, and the sums on its tiles.
import type { Wire } from "../src/live";
import { Wall } from "../src/store/wall";
import type { WallQueue } from "../src/types";
import { gradeOf, gradeOfQueue, totals } from "../src/views/wallboard/totals";

class Line implements Wire {
  connected = true;
  active = true;
  asked: string[] = [];
  connects = 0;
  private heard = new Map<string, (body: never) => void>();
  on(name: string, listener: (...args: never[]) => void) {
    this.heard.set(name, listener);
  }
  say(name: string, body?: object) {
    this.heard.get(name)?.(body as never);
  }
  emit(name: string) {
    this.asked.push(name);
  }
  emitWithAck = () => Promise.resolve();
  connect() {
    this.connects += 1;
  }
  disconnect() {}
}

const AGENTS = {
  available: 1,
  offered: 0,
  busy: 0,
  wrapping_up: 0,
  not_responding: 0,
  away: 0,
  disconnected: 0,
  offline: 2,
};
const QUIET = { service_level: null, in_time: 0, late: 0, overdue: 0, abandoned: 0 };

function queue(id: string, more: Partial<WallQueue> = {}): WallQueue {
  return {
    queue: { id, name: id },
    waiting: 0,
    offered: 0,
    in_progress: 0,
    longest: null,
    vips: { waiting: 0, longest: null },
    today: QUIET,
    estimated: [],
    agents: AGENTS,
    ...more,
  };
}

function begun(...queues: WallQueue[]) {
  const line = new Line();
  const wall = new Wall(line);
  wall.start();
  line.say("snapshot", { number: 1, queues, target: 0.8 });
  return { line, wall };
}

const shown = (wall: Wall) => wall.board.get().queues?.map((each) => `${each.queue.id} ${each.waiting}`);

describe("the wallboard's store", () => {
  it("takes over what changed and leaves the order as people know it", () => {
    const { line, wall } = begun(queue("a"), queue("b"));
    line.say("delta", { number: 2, queues: [queue("b", { waiting: 3 })], gone: [] });
    line.say("delta", { number: 3, queues: [queue("c")], gone: ["a"] });
    expect(shown(wall)).toEqual(["b 3", "c 0"]);
    expect(line.asked).toEqual([]);
  });

  it("asks for everything when a number is missing, and believes nothing before it comes", () => {
    const { line, wall } = begun(queue("a"));
    line.say("delta", { number: 3, queues: [queue("a", { waiting: 9 })], gone: [] });
    expect(line.asked).toEqual(["snapshot"]);
    expect(shown(wall)).toEqual(["a 0"]);
    line.say("snapshot", { number: 1, queues: [queue("a", { waiting: 4 })], target: 0.8 });
    line.say("delta", { number: 2, queues: [], gone: [] });
    expect(shown(wall)).toEqual(["a 4"]);
  });

  it("knows when it was told last, also when nothing changed", () => {
    vi.useFakeTimers();
    const { line, wall } = begun(queue("a"));
    const first = wall.board.get().at;
    vi.advanceTimersByTime(1000);
    line.say("delta", { number: 2, queues: [], gone: [] });
    expect(wall.board.get().at).toBe(first + 1000);
    vi.useRealTimers();
  });

  it("comes back after the server refused it, and not after it was put away", () => {
    vi.useFakeTimers();
    const { line, wall } = begun(queue("a"));
    line.active = false;
    line.say("connect_error");
    vi.advanceTimersByTime(2000);
    expect(line.connects).toBe(2);
    line.say("connect_error");
    wall.stop();
    vi.advanceTimersByTime(9000);
    expect(line.connects).toBe(2);
    vi.useRealTimers();
  });
});

describe("the tiles", () => {
  const busy = queue("busy", {
    waiting: 2,
    longest: { interaction_id: "1", queued_at: "2026-01-01T10:05:00Z" },
    vips: { waiting: 1, longest: { interaction_id: "2", queued_at: "2026-01-01T10:06:00Z" } },
    today: { service_level: 0.5, in_time: 3, late: 2, overdue: 1, abandoned: 5 },
  });
  const calm = queue("calm", {
    waiting: 1,
    longest: { interaction_id: "3", queued_at: "2026-01-01T10:04:00Z" },
    today: { service_level: 1, in_time: 4, late: 0, overdue: 0, abandoned: 0 },
  });

  it("add the queues up", () => {
    expect(totals([busy, calm])).toEqual({
      level: 0.7,
      answered: 9,
      abandoned: 5,
      abandonedShare: 5 / 14,
      waiting: 3,
      overdue: 1,
      longest: "2026-01-01T10:04:00Z",
      vips: 1,
      vipQueue: "busy",
    });
    expect(totals([queue("new")])).toMatchObject({ level: null, abandonedShare: null, longest: null, vipQueue: null });
  });

  it("say how bad it is", () => {
    expect([1, 0.8, 0.79, 0.7, 0.5, null].map((level) => gradeOf(level, 0.8))).toEqual([
      "good",
      "good",
      "near",
      "near",
      "bad",
      "none",
    ]);
    expect([busy, calm].map((each) => gradeOfQueue(each, 0.8))).toEqual(["bad", "good"]);
    expect(gradeOfQueue(queue("late", { today: { ...calm.today, overdue: 1 } }), 0.8)).toBe("near");
  });
});
