import type { Refusal } from "../../api/refusal";

/** Says at a field why what was entered there is refused. */
export function FieldError({ refusal, id }: { refusal: Refusal | null; id?: string }) {
  if (!refusal) return null;
  return (
    <p className="field-error" id={id} role="alert">
      {refusal.message} {refusal.hintForPeople}
    </p>
  );
}
