// Hearing that something moved in the queues. Under load that is many times a second, and one look afterwards answers for
// all of them: at most one look a second, never one per piece of news.
import { useEffect } from "react";
import { queuesChanged } from "../../store/apply";

const GATHER_MS = 1000;

export function useQueueNews(look: () => unknown): void {
  useEffect(() => {
    let later: ReturnType<typeof setTimeout> | null = null;
    const stop = queuesChanged.subscribe(() => {
      later ??= setTimeout(() => {
        later = null;
        void look();
      }, GATHER_MS);
    });
    return () => {
      stop();
      if (later) clearTimeout(later);
    };
  }, [look]);
}
