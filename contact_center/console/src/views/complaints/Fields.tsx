// What a complaint says: about what, how bad, in which words. The same fields record it and correct it.
import "@mantine/core/styles/FloatingIndicator.css";
import "@mantine/core/styles/SegmentedControl.css";
import { Input, SegmentedControl, Select, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Problem as ApiProblem, api } from "../../api";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import type { ComplaintCategory, Page, Severity } from "../../types";
import { SEVERITIES } from "../../types";

export interface Said {
  category_id: string | null;
  severity: Severity;
  text: string;
}

const wrongIn = (problem: unknown, field: string) =>
  problem instanceof ApiProblem ? problem.errors.find((each) => each.field === field)?.message : undefined;

export function Fields({ said, set, problem }: { said: Said; set: (change: Partial<Said>) => void; problem: unknown }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const severity = useId();
  const categories = useQuery({
    queryKey: ["complaint-categories"],
    queryFn: ({ signal }) =>
      api.get<Page<ComplaintCategory>>("/complaint-categories", { query: { limit: 200 }, signal }),
  });
  // One that was retired meanwhile is still what this complaint is about.
  const items = (categories.data?.items ?? []).filter((each) => each.active || each.id === said.category_id);
  return (
    <>
      {categories.error && <Problem error={categories.error} again={() => void categories.refetch()} />}
      <Select
        label={t("complaint.category")}
        placeholder={categories.isLoading ? t("loading") : t("complaint.choose")}
        data={items.map((each) => ({ value: each.id, label: each.name[language] }))}
        value={said.category_id}
        onChange={(category_id) => set({ category_id })}
        error={wrongIn(problem, "category_id")}
        searchable
        required
        withAsterisk={false}
        nothingFoundMessage={t("nothingFound")}
        data-autofocus
      />
      <Input.Wrapper label={t("complaint.severity")} labelProps={{ id: severity }} labelElement="div">
        <SegmentedControl
          fullWidth
          aria-labelledby={severity}
          data={SEVERITIES.map((each) => ({ value: each, label: t(`complaint.severities.${each}`) }))}
          value={said.severity}
          onChange={(value) => set({ severity: value as Severity })}
        />
      </Input.Wrapper>
      <Textarea
        label={t("complaint.text")}
        description={t("complaint.textHow")}
        value={said.text}
        onChange={(event) => set({ text: event.currentTarget.value })}
        error={wrongIn(problem, "text")}
        required
        withAsterisk={false}
        rows={4}
      />
    </>
  );
}

/** What is wrong beside the fields themselves; nothing when each problem stands at its field. */
export const aside = (problem: unknown): boolean =>
  problem !== null && !(problem instanceof ApiProblem && problem.errors.length > 0);
