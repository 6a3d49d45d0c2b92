import { useRef } from "react";
import { Panel } from "../../components/Panel";
import { useToasts } from "../../layout/Toasts";

/** The digest as Markdown, to copy. */
export function CopyMarkdown({ text }: { text: string }) {
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
    <Panel
      title="As Markdown"
      action={
        <button type="button" onClick={copy}>
          Copy
        </button>
      }
    >
      <div className="digest-markdown">
        <textarea ref={field} readOnly aria-label="The digest as Markdown" rows={10} value={text} />
      </div>
    </Panel>
  );
}
