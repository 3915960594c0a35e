// A list of settings and the form that edits one of them. Sections say what columns and fields there are; loading, saving,
// deleting, errors at their fields and the warning before leaving are the same everywhere.
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useBlocker } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem as ApiProblem } from "../../api";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import { may, session } from "../../store/session";
import { useValue } from "../../store/value";
import { Faults } from "./Faults";
import { useList } from "./list";
import { useEditing } from "./useEditing";

export interface Column<T> {
  head: string;
  cell: (row: T) => ReactNode;
  right?: boolean;
}

export interface FieldProps<F> {
  form: F;
  set: (change: Partial<F>) => void;
  error: (field: string) => string | undefined;
  isNew: boolean;
}

export interface ResourceProps<T extends { id?: string; version?: number }, F extends object> {
  name: string;
  path: string;
  right: string;
  idOf: (row: T) => string;
  columns: Column<T>[];
  /** The text of the first column, which opens the form. */
  nameOf: (row: T) => string;
  blank?: F;
  formOf: (row: T) => F;
  /** What to send: whole for a new one, for a change too. */
  bodyOf: (form: F, row: T | null) => unknown;
  fields: (props: FieldProps<F>) => ReactNode;
  extra?: (row: T) => ReactNode;
  deletable?: boolean;
  /** Which rows of the list belong to this section; all without it. */
  keep?: (row: T) => boolean;
}

export interface FormProps<T extends { id?: string; version?: number }, F extends object> extends ResourceProps<T, F> {
  row: T | null;
  onClose: () => void;
}

function Form<T extends { id?: string; version?: number }, F extends object>(props: FormProps<T, F>) {
  const { t } = useTranslation();
  const { row, form, set, changed, busy, problem, save, remove, reload, keepMine } = useEditing(props);
  const { user } = useValue(session);
  const box = useRef<HTMLFormElement>(null);
  const unsaved = () => changed > 0 && !busy;
  useBlocker({ shouldBlockFn: () => unsaved() && !window.confirm(t("admin.leave")), enableBeforeUnload: unsaved });
  const errors = problem instanceof ApiProblem ? problem.errors : [];
  const error = (field: string) => errors.find((each) => `.${each.field}.`.includes(`.${field}.`))?.message;
  useEffect(() => {
    if (problem === null) return;
    const wrong = box.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (wrong ?? box.current?.querySelector<HTMLElement>(".form-sum"))?.focus();
  }, [problem]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const close = () => {
    if (!unsaved() || window.confirm(t("admin.leave"))) props.onClose();
  };
  const writes = may(user, props.right);
  return (
    <form className="form-page" onSubmit={submit} ref={box} noValidate>
      <div className="sheet-h">
        <h1>{row ? props.nameOf(row) : t(`admin.${props.name}.new`)}</h1>
      </div>
      <Faults problem={problem} busy={busy} reload={() => void reload()} keep={() => void keepMine()} />
      {props.fields({ form, set, error, isNew: row === null })}
      {row && props.extra?.(row)}
      <div className="save-bar">
        <span className="muted" role="status">
          {changed > 0 ? t("admin.changes", { count: changed }) : t("admin.noChanges")}
        </span>
        <span className="grow" />
        {row && props.deletable && writes && (
          <Button
            className="danger"
            variant="subtle"
            color="red"
            disabled={busy}
            onClick={() => window.confirm(t("admin.sure", { name: props.nameOf(row) })) && void remove()}
          >
            {t("admin.delete")}
          </Button>
        )}
        <Button variant="default" onClick={close}>
          {t("admin.back")}
        </Button>
        {writes && (
          <Button type="submit" loading={busy} disabled={row !== null && changed === 0}>
            {t("save")}
          </Button>
        )}
      </div>
    </form>
  );
}

export function Resource<T extends { id?: string; version?: number }, F extends object>(props: ResourceProps<T, F>) {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const found = useList<T>(props.path);
  const [open, setOpen] = useState<T | "new" | null>(null);
  if (open !== null) return <Form {...props} row={open === "new" ? null : open} onClose={() => setOpen(null)} />;
  const all = found.data?.items ?? [];
  const items = props.keep ? all.filter(props.keep) : all;
  return (
    <>
      <div className="sheet-h">
        <h1>{t(`admin.${props.name}.title`)}</h1>
        <span className="grow" />
        {props.blank && may(user, props.right) && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen("new")}>
            {t(`admin.${props.name}.new`)}
          </Button>
        )}
      </div>
      {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
      <Scroll card label={t(`admin.${props.name}.title`)}>
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">{t("admin.name")}</th>
              {props.columns.map((column) => (
                <th key={column.head} scope="col" className={column.right ? "r" : ""}>
                  {column.head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((row) => (
              <tr key={props.idOf(row)}>
                <td>
                  <button type="button" className="name" onClick={() => setOpen(row)}>
                    {props.nameOf(row)}
                  </button>
                </td>
                {props.columns.map((column) => (
                  <td key={column.head} className={column.right ? "r num" : ""}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {found.isSuccess && items.length === 0 && <p className="empty">{t("admin.empty")}</p>}
        {found.isLoading && <p className="empty">{t("loading")}</p>}
      </Scroll>
    </>
  );
}
