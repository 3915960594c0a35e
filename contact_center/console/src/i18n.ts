// Words for people: every text by key, plural forms by i18next, interpolation only (no joined strings).
import i18n from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import en from "./locale/en.json";
import zh from "./locale/zh-CN.json";
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

export async function showLanguage(language: Language): Promise<void> {
  document.documentElement.lang = language;
  try {
    localStorage.setItem(SAVED, language);
  } catch {
    // Only this window then.
  }
  if (i18n.language !== language) await i18n.changeLanguage(language);
}

void i18n.use(initReactI18next).init({
  lng: firstLanguage(),
  fallbackLng: "en",
  interpolation: { escapeValue: false },
  resources: { en: { translation: en }, "zh-CN": { translation: zh } },
});
document.documentElement.lang = i18n.language;

export default i18n;
