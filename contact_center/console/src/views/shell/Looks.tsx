// Language and theme: chosen here, kept in the browser and, once signed in, with the user.
import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { setApiLanguage } from "../../api";
import { showLanguage, useLanguage } from "../../i18n";
import { changeMe, session } from "../../store/session";
import type { Language, Theme } from "../../types";

const LANGUAGES: [Language, string][] = [
  ["en", "English"],
  ["zh-CN", "简体中文"],
];

export function LanguageButton() {
  const { t } = useTranslation();
  const shown = useLanguage();
  const choose = (language: Language) => {
    setApiLanguage(language);
    void showLanguage(language);
    if (session.get().user) void changeMe({ language }).catch(() => undefined);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={t("top.language")}>
          <ActionIcon variant="subtle" size={32} aria-label={t("top.language")}>
            <IconLanguage size={18} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map(([language, name]) => (
          <Menu.Item
            key={language}
            lang={language}
            leftSection={
              <IconCheck size={14} aria-hidden style={{ visibility: shown === language ? "visible" : "hidden" }} />
            }
            aria-current={shown === language}
            onClick={() => choose(language)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const THEMES = { system: IconDeviceDesktop, light: IconSun, dark: IconMoon };

export function ThemeButton() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const chosen: Theme = colorScheme === "auto" ? "system" : colorScheme;
  const Shown = THEMES[chosen];
  const choose = (theme: Theme) => {
    setColorScheme(theme === "system" ? "auto" : theme);
    if (session.get().user) void changeMe({ theme }).catch(() => undefined);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={t("top.theme")}>
          <ActionIcon variant="subtle" size={32} aria-label={t("top.theme")}>
            <Shown size={18} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(THEMES) as Theme[]).map((theme) => {
          const Icon = THEMES[theme];
          return (
            <Menu.Item
              key={theme}
              leftSection={<Icon size={15} aria-hidden />}
              rightSection={theme === chosen ? <IconCheck size={14} aria-hidden /> : null}
              aria-current={theme === chosen}
              onClick={() => choose(theme)}
            >
              {t(`theme.${theme}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
