// What complaints are about, in both languages.
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../i18n";
import type { ComplaintCategory } from "../../types";
import { ActivePill, BothNames, NAMELESS, type NamedForm, namedBody, namedForm, PlaceAndState } from "./BothNames";
import { Resource } from "./Resource";

export function ComplaintsSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Resource<ComplaintCategory, NamedForm>
      name="complaints"
      path="/complaint-categories"
      right="settings.write"
      deletable
      idOf={(category) => category.id}
      nameOf={(category) => category.name[language]}
      columns={[
        { head: t("admin.position"), cell: (category) => category.position, right: true },
        { head: t("admin.state"), cell: (category) => <ActivePill active={category.active} /> },
      ]}
      blank={NAMELESS}
      formOf={namedForm}
      bodyOf={namedBody}
      fields={({ form, set, error }) => (
        <>
          <BothNames form={form} set={set} error={error} />
          <PlaceAndState form={form} set={set} error={error} />
        </>
      )}
    />
  );
}
