// Two builds into one folder: the panel (a page with hashed files) and the loader (one plain script for any site).
import { defineConfig } from "vitest/config";

const loader = { input: "src/loader.ts", output: { format: "iife" as const, entryFileNames: "loader.js" } };

export default defineConfig(({ mode }) => ({
  base: "/widget/",
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: "dist",
    emptyOutDir: mode !== "loader",
    sourcemap: false,
    target: "es2020",
    modulePreload: false,
    rollupOptions: mode === "loader" ? loader : { input: "panel.html" },
  },
  test: { environment: "jsdom", globals: true, include: ["src/**/*.test.ts"] },
}));
