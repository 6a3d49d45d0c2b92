import { cloneElement, type FormEvent, type ReactElement, type ReactNode, useId } from "react";
import { Dialog } from "./Dialog";

interface FormDialogProps {
  readonly title: string;
  readonly submitLabel: string;
  readonly closeLabel?: string;
  readonly disabled: boolean;
  readonly danger?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A form in a dialog, with a button that submits it and one that closes it. */
export function FormDialog({
  title,
  submitLabel,
  closeLabel = "Cancel",
  disabled,
  danger = false,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {children}
        <div className="buttons">
          <button type="button" onClick={onClose}>
            {closeLabel}
          </button>
          <button type="submit" className={danger ? "danger" : "primary"} disabled={disabled}>
            {submitLabel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly children: ReactElement<{ id?: string; "aria-describedby"?: string }>;
}

/** A labelled input. The label is not around it: a select's accessible name would then include its options. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {hint && (
        <span id={`${id}hint`} className="hint">
          {hint}
        </span>
      )}
      {cloneElement(children, { id, ...(hint && { "aria-describedby": `${id}hint` }) })}
    </div>
  );
}
