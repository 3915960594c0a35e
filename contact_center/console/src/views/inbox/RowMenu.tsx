// The menu of one row, where the pointer asked for it or under the row that the keyboard stands on.
import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { toggleMark } from "../../store/marked";
import { DeedItems } from "./DeedItems";

export interface Asked {
  id: string;
  x: number;
  y: number;
}

export function RowMenu({ asked, open, onClose }: { asked: Asked; open: (id: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Menu opened onClose={onClose} onChange={(stays) => stays || onClose()} position="bottom-start" width={220}>
      <Menu.Target>
        <span className="at-point" style={{ left: asked.x, top: asked.y }} aria-hidden />
      </Menu.Target>
      <Menu.Dropdown aria-label={t("bulk.rowMenu")}>
        <Menu.Item onClick={() => open(asked.id)}>{t("bulk.open")}</Menu.Item>
        <Menu.Item onClick={() => toggleMark(asked.id)}>{t("bulk.mark")}</Menu.Item>
        <Menu.Divider />
        <DeedItems ids={[asked.id]} />
      </Menu.Dropdown>
    </Menu>
  );
}
