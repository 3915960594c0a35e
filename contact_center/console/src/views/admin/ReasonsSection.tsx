// Why agents may be away (break, lunch, training), in both languages and in the order of the presence menu.
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../i18n";
import type { ReasonSetting } from "../../types-settings";
import { ActivePill, BothNames, NAMELESS, type NamedForm, namedBody, namedForm, PlaceAndState } from "./BothNames";
import { Resource } from "./Resource";

export function ReasonsSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Resource<ReasonSetting, NamedForm>
      name="reasons"
      path="/presence-reasons"
      right="settings.write"
      deletable
      idOf={(reason) => reason.id}
      nameOf={(reason) => reason.name[language]}
      columns={[
        { head: t("admin.position"), cell: (reason) => reason.position, right: true },
        { head: t("admin.state"), cell: (reason) => <ActivePill active={reason.active} /> },
      ]}
      blank={NAMELESS}
      formOf={namedForm}
      bodyOf={namedBody}
      fields={(props) => (
        <>
          <BothNames {...props} />
          <PlaceAndState {...props} />
        </>
      )}
    />
  );
}
