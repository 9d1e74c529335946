import "./design/tokens.css";
import "./design/base.css";
import "./design/shell.css";
import "./design/parts.css";
import "./design/table.css";
import "./design/trace.css";
import "./design/loops.css";
import "./design/inspector.css";
import "./design/messages.css";
import "./design/json.css";
import "./design/graph.css";
import "./design/pages.css";
import "./design/narrow.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/problem.ts";
import { Gate } from "./app/Gate.tsx";
import { Routes } from "./app/Routes.tsx";
import { Shell } from "./app/Shell.tsx";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refuses it refuses again; what did not arrive may arrive.
      retry: (count, error) => count < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
      refetchOnWindowFocus: false,
    },
  },
});

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Gate>
          <Shell>
            <Routes />
          </Shell>
        </Gate>
      </QueryClientProvider>
    </StrictMode>,
  );
}
