// Starts the console: providers, routes, and the question whether a session still stands.
import "./styles/mantine.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/inbox.css";
import "./styles/thread.css";
import "./styles/bulk.css";
import "./styles/articles.css";
import "./styles/canned.css";
import "./styles/desk.css";
import "./styles/record.css";
import "./styles/complaints.css";
import "./styles/tables.css";
import "./styles/wall.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { setApiLanguage } from "./api";
import { queries } from "./connection";
import { firstLanguage, startLanguage } from "./i18n";
import { router } from "./routes";
import { watchParts } from "./stale";
import { resume } from "./store/session";
import { theme, variables } from "./theme";

async function start(): Promise<void> {
  watchParts();
  setApiLanguage(firstLanguage());
  void resume();
  await startLanguage();
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void start();
