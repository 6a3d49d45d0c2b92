import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./layout/ErrorBoundary";
import { preloadViewAt } from "./views";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/components.css";

preloadViewAt(location.pathname);

const page = document.getElementById("page");
if (page)
  createRoot(page).render(
    <StrictMode>
      <ErrorBoundary at="">
        <App />
      </ErrorBoundary>
    </StrictMode>,
  );
