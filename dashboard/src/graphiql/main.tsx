import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ErrorBoundary } from "../layout/ErrorBoundary";
import { applyTheme, savedTheme } from "../layout/theme";
import { SignedIn } from "../session/SignedIn";
import { Explorer } from "./Explorer";
import "./graphiql.css";

applyTheme(savedTheme());

const page = document.getElementById("page");
if (page)
  createRoot(page).render(
    <StrictMode>
      <ErrorBoundary at="">
        <SignedIn>
          <Explorer />
        </SignedIn>
      </ErrorBoundary>
    </StrictMode>,
  );
