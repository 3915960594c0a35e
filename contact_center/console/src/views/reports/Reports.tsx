// How content customers were, by queue and by agent, and what they said. Counted from the surveys asked in the span.
import { Button, Select } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api";
import { number, percent } from "../../format";
import { useLanguage } from "../../i18n";
import { Problem } from "../../parts/Problem";
import { Scroll } from "../../parts/Scroll";
import type { CsatFigures, CsatReport, Page, SurveyResponse } from "../../types";
import { Said } from "./Said";

const DAYS = [7, 30, 90];
const DAY_MS = 86_400_000;

function since(days: number): string {
  return encodeURIComponent(new Date(Date.now() - days * DAY_MS).toISOString());
}

function Cells({ figures }: { figures: CsatFigures }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const part = (value: number | null) => (value === null ? t("none") : percent(language, value));
  return (
    <>
      <td className="r num">{number(language, figures.asked)}</td>
      <td className="r num">{number(language, figures.answered)}</td>
      <td className="r num">{part(figures.response_rate)}</td>
      <td className="r num">{part(figures.csat)}</td>
      <td className="r num">{figures.average === null ? t("none") : number(language, figures.average)}</td>
    </>
  );
}

interface TableProps {
  title: string;
  head: string;
  rows: { id: string; name: string; figures: CsatFigures }[];
  total?: CsatFigures;
}

function Table({ title, head, rows, total }: TableProps) {
  const { t } = useTranslation();
  return (
    <div className="card">
      <div className="card-h">
        <h2>{title}</h2>
      </div>
      <Scroll label={title}>
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">{head}</th>
              {["asked", "answered", "rate", "csat", "average"].map((name) => (
                <th key={name} scope="col" className="r" title={t(`reports.help.${name}`)}>
                  {t(`reports.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>{row.name}</td>
                <Cells figures={row.figures} />
              </tr>
            ))}
            {total && (
              <tr>
                <td>
                  <b>{t("reports.total")}</b>
                </td>
                <Cells figures={total} />
              </tr>
            )}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

export function Reports() {
  const { t } = useTranslation();
  const [days, setDays] = useState(30);
  const from = useMemo(() => since(days), [days]);
  const report = useQuery({
    queryKey: ["reports", "csat", from],
    queryFn: ({ signal }) => api.get<CsatReport>(`/reports/csat?from=${from}`, { signal }),
  });
  const said = useQuery({
    queryKey: ["reports", "said", from],
    queryFn: ({ signal }) => api.get<Page<SurveyResponse>>(`/survey-responses?from=${from}`, { signal }),
  });
  useEffect(() => {
    document.title = t("app.title", { page: t("nav.reports") });
  }, [t]);
  const found = report.data;
  return (
    <main className="sheet" data-region>
      <div className="sheet-h">
        <h1>{t("reports.title")}</h1>
        <span className="grow" />
        <Select
          aria-label={t("reports.span")}
          data={DAYS.map((each) => ({ value: String(each), label: t("reports.days", { count: each }) }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value ?? days))}
          allowDeselect={false}
          w={170}
        />
        <Button
          component="a"
          variant="default"
          href={`/api/v1/reports/csat?from=${from}&format=csv`}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t("reports.csv")}
        </Button>
      </div>
      {report.isLoading && <p className="empty">{t("loading")}</p>}
      {report.error && <Problem error={report.error} again={() => void report.refetch()} />}
      {found && found.total.asked === 0 && <p className="muted">{t("reports.empty")}</p>}
      {found && found.total.asked > 0 && (
        <>
          <Table
            title={t("reports.byQueue")}
            head={t("reports.queue")}
            rows={found.queues.map((each) => ({ ...each.queue, figures: each.figures }))}
            total={found.total}
          />
          <Table
            title={t("reports.byAgent")}
            head={t("reports.agent")}
            rows={found.agents.map((each) => ({
              id: each.agent?.id ?? "",
              name: each.agent?.name ?? t("none"),
              figures: each.figures,
            }))}
          />
          <p className="muted below">{t("reports.definition")}</p>
        </>
      )}
      {said.error && <Problem error={said.error} again={() => void said.refetch()} />}
      {said.data && <Said items={said.data.items.filter((each) => each.score !== null)} />}
    </main>
  );
}
