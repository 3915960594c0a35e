// The keyboard map, only with what works now, and the switch for single letters (WCAG 2.1.4).
import { Modal, Switch } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { keyNames, setLetters } from "../../keys";
import { changeMe, session } from "../../store/session";
import { useValue } from "../../store/value";

export const MAP = [
  ["j", "next"],
  ["k", "previous"],
  ["alt+a", "accept"],
  ["alt+d", "decline"],
  ["alt+p", "presence"],
  ["ctrl+k", "palette"],
  ["/", "search"],
  ["r", "reply"],
  ["n", "note"],
  ["ctrl+Enter", "send"],
  ["ctrl+shift+Enter", "sendResolve"],
  ["z", "undo"],
  ["f", "forward"],
  ["ctrl+f", "find"],
  ["c", "newMail"],
  ["shift+n", "takeNext"],
  ["e", "resolve"],
  ["s", "snooze"],
  ["t", "transfer"],
  ["shift+c", "complaint"],
  ["x", "mark"],
  ["u", "unread"],
  ["shift+F10", "rowMenu"],
  ["[", "list"],
  ["]", "record"],
  ["g i", "goInbox"],
  ["g w", "goWall"],
  ["g k", "goKnowledge"],
  ["g r", "goReports"],
  ["g q", "goQueues"],
  ["F6", "region"],
  ["Escape", "leave"],
  ["?", "help"],
] as const;

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { user } = useValue(session);
  const on = user?.preferences.letters !== false;
  useEffect(() => setLetters(on), [on]);
  const change = (letters: boolean) =>
    void changeMe({ preferences: { ...user?.preferences, letters } }).catch(() => undefined);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("keys.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <div className="help-t">
        {MAP.map(([name, action]) => (
          <div key={name}>
            <span>{t(`keys.${action}`)}</span>
            <span className="keys">
              {name.split(" ").map((part) => keyNames(part).map((key) => <kbd key={part + key}>{key}</kbd>))}
            </span>
          </div>
        ))}
      </div>
      <Switch
        mt={16}
        checked={on}
        onChange={(event) => change(event.currentTarget.checked)}
        label={t("keys.letters")}
      />
    </Modal>
  );
}
