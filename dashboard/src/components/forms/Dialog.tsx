import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { useToastsIn } from "../../layout/Toasts";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The browser's own modal dialog, which traps the focus and closes with Esc. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const toasts = useRef<HTMLDivElement>(null);
  useToastsIn(toasts);

  useLayoutEffect(() => {
    // Closed before it is removed, it gives the focus back.
    const opened = dialog.current;
    opened?.showModal();
    // What is to be filled in comes before the button that closes it.
    opened?.querySelector<HTMLElement>("input, textarea, select")?.focus();
    return () => opened?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="quiet" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </div>
      <div ref={toasts} />
      {children}
    </dialog>
  );
}
