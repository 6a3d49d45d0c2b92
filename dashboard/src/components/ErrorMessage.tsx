import { Link } from "wouter";
import type { Refusal } from "../api/refusal";

/** Shows a refusal where its data would be. */
export function ErrorMessage({ refusal: { code, message, hintForPeople: hint } }: { refusal: Refusal }) {
  return (
    <p className="error-message" role="alert">
      {message}
      {code === "NOT_FOUND" ? (
        // The hint is for programs; a person wants to go on.
        <Link className="hint" href="/">
          Go to the start page
        </Link>
      ) : (
        hint && <span className="hint">{hint}</span>
      )}
    </p>
  );
}
