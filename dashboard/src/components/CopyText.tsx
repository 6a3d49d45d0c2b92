import { useRef } from "react";
import { useToasts } from "../layout/Toasts";

interface CopyTextProps {
  readonly label: string;
  readonly text: string;
  readonly rows: number;
}

/** A text in a field, and a button that copies it. */
export function CopyText({ label, text, rows }: CopyTextProps) {
  const { showSuccess } = useToasts();
  const field = useRef<HTMLTextAreaElement>(null);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      showSuccess("Copied.");
    } catch {
      // Browsers offer no clipboard to pages that came over plain HTTP from another machine.
      field.current?.select();
      showSuccess("The text is selected: copy it with your system’s keyboard shortcut.");
    }
  };
  return (
    <div className="copy-text">
      <textarea ref={field} readOnly spellCheck={false} aria-label={label} rows={rows} value={text} />
      <button type="button" onClick={copy}>
        Copy
      </button>
    </div>
  );
}
