// Words for people: every text by key, plural forms by i18next, interpolation only (no joined strings).
import i18n from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import type { Language } from "./types";

const SAVED = "cc.language";

export function firstLanguage(): Language {
  try {
    const saved = localStorage.getItem(SAVED);
    if (saved === "en" || saved === "zh-CN") return saved;
  } catch {
    // Storage forbidden: the browser's language decides each time.
  }
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export function useLanguage(): Language {
  return useTranslation().i18n.language === "zh-CN" ? "zh-CN" : "en";
}

const CATALOGUES: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import("./locale/en.json"),
  "zh-CN": () => import("./locale/zh-CN.json"),
};

/** Only the catalogue on the screen is loaded. */
async function loadCatalogue(language: Language): Promise<void> {
  if (i18n.hasResourceBundle(language, "translation")) return;
  i18n.addResourceBundle(language, "translation", (await CATALOGUES[language]()).default);
}

/** Before anything is drawn: the words of the first language. */
export async function startLanguage(): Promise<void> {
  await i18n.use(initReactI18next).init({
    lng: firstLanguage(),
    // Both catalogues are complete (a test says so), so nothing falls back.
    fallbackLng: false,
    partialBundledLanguages: true,
    interpolation: { escapeValue: false },
  });
  await loadCatalogue(firstLanguage());
  document.documentElement.lang = i18n.language;
}

export async function showLanguage(language: Language): Promise<void> {
  await loadCatalogue(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(SAVED, language);
  } catch {
    // Only this window then.
  }
  if (i18n.language !== language) await i18n.changeLanguage(language);
}

export default i18n;
