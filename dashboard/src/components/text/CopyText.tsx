import { useRef } from "react";
import { useToasts } from "../../layout/Toasts";

interface CopyTextProps {
  readonly label: string;
  readonly text: string;
  readonly rows: number;
}

/** Copies a text; where the browser doesn't let it, `onManual` shows it to be copied by hand. */
export function CopyButton({ text, onManual }: { text: string; onManual: () => void }) {
  const { showSuccess } = useToasts();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      showSuccess("Copied.");
    } catch {
      // Browsers offer no clipboard to pages that came over plain HTTP from another machine.
      onManual();
      showSuccess("The text is selected: copy it with your system’s keyboard shortcut.");
    }
  };
  return (
    <button type="button" onClick={copy}>
      Copy
    </button>
  );
}

/** A text in a field, and a button that copies it. */
export function CopyText({ label, text, rows }: CopyTextProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <div className="copy-text">
      <textarea ref={field} readOnly spellCheck={false} aria-label={label} rows={rows} value={text} />
      <CopyButton text={text} onManual={() => field.current?.select()} />
    </div>
  );
}
