// What stands above the list while rows are marked, and what could not be done with some of them.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconChevronDown, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { clearMarks, marked } from "../../store/marked";
import { useValue } from "../../store/value";
import { outcome } from "./bulk";
import { DeedItems } from "./DeedItems";

export function BulkBar() {
  const { t } = useTranslation();
  const ids = [...useValue(marked)];
  if (ids.length === 0) return null;
  return (
    <section className="bulk" aria-label={t("bulk.bar")}>
      <span className="num" role="status">
        {t("bulk.marked", { count: ids.length })}
      </span>
      <span className="grow" />
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <Button size="xs" h={28} rightSection={<IconChevronDown size={14} aria-hidden />}>
            {t("bulk.do")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <DeedItems ids={ids} />
        </Menu.Dropdown>
      </Menu>
      <ActionIcon variant="subtle" size={28} aria-label={t("bulk.clear")} onClick={clearMarks}>
        <IconX size={15} aria-hidden />
      </ActionIcon>
    </section>
  );
}

export function BulkOutcome({ open }: { open: (id: string) => void }) {
  const { t } = useTranslation();
  const result = useValue(outcome);
  if (!result) return null;
  return (
    <section className="bulk-no" role="alert">
      <div>
        <b>{t("bulk.refused", { count: result.refused.length })}</b>
        <ActionIcon variant="subtle" color="red" size={24} aria-label={t("close")} onClick={() => outcome.set(null)}>
          <IconX size={14} aria-hidden />
        </ActionIcon>
      </div>
      <ul>
        {result.refused.map((each) => (
          <li key={each.id}>
            <button type="button" className="link" onClick={() => open(each.id)}>
              {each.name}
            </button>
            <span>{each.why}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
