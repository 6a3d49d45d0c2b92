import { useRef } from "react";
import { Panel } from "../../components/Panel";
import { useNotices } from "../../layout/Toasts";

/** The same as text, to put elsewhere. */
export function Markdown({ text }: { text: string }) {
  const { say } = useNotices();
  const field = useRef<HTMLTextAreaElement>(null);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      // Over plain HTTP from another machine the browser has no clipboard for pages.
      field.current?.select();
      say("Selected: copy it with the keys that your system has for that.");
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
