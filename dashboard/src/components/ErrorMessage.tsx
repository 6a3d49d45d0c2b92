import type { Refusal } from "../api/refusal";

/** Shows a refusal where its data would be. */
export function ErrorMessage({ refusal }: { refusal: Refusal }) {
  return (
    <p className="error-message" role="alert">
      {refusal.message}
      {refusal.hint && <span className="hint">{refusal.hint}</span>}
    </p>
  );
}
