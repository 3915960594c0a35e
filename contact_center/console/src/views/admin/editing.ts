// The arithmetic of a form: what was changed since it was opened, and what becomes of that when somebody else saved first.

export function differing<F extends object>(form: F, first: F): (keyof F)[] {
  return (Object.keys(form) as (keyof F)[]).filter((key) => JSON.stringify(form[key]) !== JSON.stringify(first[key]));
}

/** My changes on top of what stands now: fields that I left alone are theirs, so neither of us undoes the other. */
export function rebased<F extends object>(mine: F, first: F, theirs: F): F {
  return { ...theirs, ...Object.fromEntries(differing(mine, first).map((key) => [key, mine[key]])) };
}
