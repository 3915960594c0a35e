// Mantine on our tokens: its colours point at the CSS variables of tokens.css, so one place decides both themes.
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  fontFamily: "var(--font-ui)",
  primaryColor: "ink",
  primaryShade: { light: 6, dark: 4 },
  autoContrast: true,
  defaultRadius: 8,
  cursorType: "pointer",
  respectReducedMotion: true,
  colors: {
    // Mantine's own greys for dark, on our steps: fields, menus and lists use 4 to 6.
    dark: [
      "#e9edf5",
      "#b1bacb",
      "#8c97ac",
      "#5e687d",
      "#38435a",
      "#232b3a",
      "#1b2230",
      "#131823",
      "#0f141d",
      "#090c12",
    ],
    ink: ["#edf1ff", "#dbe4ff", "#b7c6ff", "#93a9ff", "#7895ff", "#4a6cf0", "#2b50d6", "#2344bd", "#1c389e", "#162d80"],
  },
  components: {
    Button: { defaultProps: { variant: "filled" } },
    // The list itself scrolls (no scroll area inside), so that it stays one thing for a screen reader.
    Select: { defaultProps: { withScrollArea: false, styles: { options: { maxHeight: 240, overflowY: "auto" } } } },
    MultiSelect: {
      defaultProps: { withScrollArea: false, styles: { options: { maxHeight: 240, overflowY: "auto" } } },
    },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
    Modal: { defaultProps: { centered: true, radius: 12, overlayProps: { backgroundOpacity: 0.45 } } },
  },
});

const shared = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--text)",
  "--mantine-color-dimmed": "var(--text-3)",
  "--mantine-color-placeholder": "var(--text-3)",
  "--mantine-color-default": "var(--field)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--text)",
  "--mantine-color-default-border": "var(--line-2)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-anchor": "var(--accent-text)",
  "--mantine-color-disabled": "var(--surface-3)",
  "--mantine-color-disabled-color": "var(--text-3)",
  "--mantine-color-disabled-border": "var(--line)",
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
