// One button that sends something: busy meanwhile, and what went wrong stays until the next try.
import { useState } from "react";
import { Problem } from "../../api";

export function useSaving() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const errors = problem instanceof Problem ? problem.errors : [];
  return {
    busy,
    problem,
    run,
    error: (field: string) => errors.find((each) => `.${each.field}.`.includes(`.${field}.`))?.message,
  };
}
