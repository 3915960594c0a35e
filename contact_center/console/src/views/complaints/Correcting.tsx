// Correcting what a complaint says. Saved with If-Match, so that two people are told instead of overwriting each other.
import { Button } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { Problem } from "../../parts/Problem";
import type { Complaint } from "../../types";
import { aside, Fields, type Said } from "./Fields";

interface Props {
  complaint: Complaint;
  changed: (now: Complaint) => void;
  onDone: () => void;
}

export function Correcting({ complaint, changed, onDone }: Props) {
  const { t } = useTranslation();
  const [version] = useState(complaint.version);
  const [said, setSaid] = useState<Said>({
    category_id: complaint.category.id,
    severity: complaint.severity,
    text: complaint.text,
  });
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    // A category that was retired meanwhile stays unless another one is chosen.
    const { category_id, ...rest } = said;
    const body = { ...rest, ...(category_id === complaint.category.id ? {} : { category_id }) };
    try {
      changed(await api.patch<Complaint>(`/complaints/${complaint.id}`, body, version));
      onDone();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <form className="form" onSubmit={save}>
      <Fields said={said} set={(part) => setSaid((all) => ({ ...all, ...part }))} problem={problem} />
      {aside(problem) && <Problem error={problem} />}
      <div className="row-b">
        <Button variant="default" onClick={onDone}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={busy} disabled={said.category_id === null || said.text.trim() === ""}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
