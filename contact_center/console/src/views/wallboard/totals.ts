// What stands on the tiles: queues added up, and how bad each figure is.
import type { WallQueue } from "../../types";

export type Grade = "good" | "near" | "bad" | "none";
/** Less than this under the target is near it: amber, not red. */
const NEAR = 0.1 + 1e-9;

export interface Totals {
  level: number | null;
  answered: number;
  abandoned: number;
  /** Of those who were answered or gave up, 0 to 1. */
  abandonedShare: number | null;
  waiting: number;
  overdue: number;
  longest: string | null;
  vips: number;
  /** The queue in which the VIP waits who waits longest. */
  vipQueue: string | null;
}

const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);

function earliest(queues: WallQueue[], of: (queue: WallQueue) => string | undefined): WallQueue | null {
  const waiting = queues.filter((each) => of(each) !== undefined);
  return waiting.sort((one, other) => ((of(one) ?? "") < (of(other) ?? "") ? -1 : 1))[0] ?? null;
}

export function totals(queues: WallQueue[]): Totals {
  const sum = (of: (queue: WallQueue) => number) => queues.reduce((all, each) => all + of(each), 0);
  const inTime = sum((each) => each.today.in_time);
  const answered = inTime + sum((each) => each.today.late);
  const overdue = sum((each) => each.today.overdue);
  const abandoned = sum((each) => each.today.abandoned);
  return {
    level: share(inTime, answered + overdue),
    answered,
    abandoned,
    abandonedShare: share(abandoned, answered + abandoned),
    waiting: sum((each) => each.waiting),
    overdue,
    longest: earliest(queues, (each) => each.longest?.queued_at)?.longest?.queued_at ?? null,
    vips: sum((each) => each.vips.waiting),
    vipQueue: earliest(queues, (each) => each.vips.longest?.queued_at)?.queue.id ?? null,
  };
}

export function gradeOf(level: number | null, target: number): Grade {
  if (level === null) return "none";
  if (level >= target) return "good";
  return level >= target - NEAR ? "near" : "bad";
}

/** A queue is as bad as the worse of its service level and of those who wait beyond their deadline. */
export function gradeOfQueue(queue: WallQueue, target: number): Grade {
  const grade = gradeOf(queue.today.service_level, target);
  return queue.today.overdue > 0 && grade !== "bad" ? "near" : grade;
}
