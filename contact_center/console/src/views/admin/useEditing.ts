// One form being edited: its first and present values, saving with the version it was read at, and, when that version is
// gone, either theirs or mine on top of theirs. Nothing typed is lost by a refusal.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem as ApiProblem, api } from "../../api";
import { toast } from "../../parts/toast";
import { differing, rebased } from "./editing";
import { allOf } from "./list";
import type { FormProps } from "./Resource";

interface State<T, F> {
  row: T | null;
  first: F;
  form: F;
}

export function useEditing<T extends { id?: string; version?: number }, F extends object>(props: FormProps<T, F>) {
  const { path, idOf, formOf, bodyOf, onClose } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const [state, setState] = useState<State<T, F>>(() => {
    const first = props.row ? formOf(props.row) : (props.blank as F);
    return { row: props.row, first, form: first };
  });
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const finished = async (words: string) => {
    toast(words);
    await client.invalidateQueries({ queryKey: ["list"] });
    await client.invalidateQueries({ queryKey: ["queues"] });
    await client.invalidateQueries({ queryKey: ["presence-reasons"] });
    onClose();
  };
  const send = async ({ row, form }: State<T, F>) => {
    const body = bodyOf(form, row);
    await (row ? api.patch(`${path}/${idOf(row)}`, body, row.version) : api.post(path, body));
    await finished(t("admin.saved"));
  };
  const present = async (): Promise<T> => {
    const wanted = state.row ? idOf(state.row) : "";
    const { items } = await allOf<T>(path);
    const found = items.find((each) => idOf(each) === wanted);
    if (!found) throw new ApiProblem({ title: t("admin.meanwhile.gone"), status: 404, code: "not_found" });
    return found;
  };

  return {
    ...state,
    problem,
    busy,
    changed: differing(state.form, state.first).length,
    set: (change: Partial<F>) => setState((now) => ({ ...now, form: { ...now.form, ...change } })),
    save: () => run(() => send(state)),
    reload: () =>
      run(async () => {
        const row = await present();
        setState({ row, first: formOf(row), form: formOf(row) });
      }),
    keepMine: () =>
      run(async () => {
        const row = await present();
        const next = { row, first: formOf(row), form: rebased(state.form, state.first, formOf(row)) };
        setState(next);
        await send(next);
      }),
    remove: () =>
      run(async () => {
        await api.delete(`${path}/${state.row ? idOf(state.row) : ""}`);
        await finished(t("admin.deleted"));
      }),
  };
}
