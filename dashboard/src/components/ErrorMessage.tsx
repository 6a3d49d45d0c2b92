import type { Refusal } from "../api/refusal";

/** Why there is nothing to see. */
export function Refused({ refusal }: { refusal: Refusal }) {
  return (
    <p className="notice" role="alert">
      {refusal.message}
      {refusal.hint && <span className="hint">{refusal.hint}</span>}
    </p>
  );
}
