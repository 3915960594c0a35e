// The one place that knows the virtual list library, so that tests replace it in one place (in jsdom nothing has a size).
import { useVirtualizer } from "@tanstack/react-virtual";
import type { RefObject } from "react";

export interface VirtualRow {
  index: number;
  start: number;
  size: number;
}

export interface Virtual {
  rows: VirtualRow[];
  total: number;
  show(index: number): void;
}

export function useVirtual(
  count: number,
  scroller: RefObject<HTMLElement | null>,
  size: (index: number) => number,
): Virtual {
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: size,
    overscan: 8,
    getItemKey: (index) => index,
  });
  return {
    rows: virtual.getVirtualItems().map(({ index, start, size: height }) => ({ index, start, size: height })),
    total: virtual.getTotalSize(),
    show: (index) => virtual.scrollToIndex(index, { align: "auto" }),
  };
}
