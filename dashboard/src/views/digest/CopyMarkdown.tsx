import { useRef } from "react";
import { CopyButton } from "../../components/text/CopyText";

/** The digest as Markdown, to copy; shown when somebody wants to see it. */
export function CopyMarkdown({ text }: { text: string }) {
  const shown = useRef<HTMLDetailsElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const showSelected = () => {
    if (shown.current) shown.current.open = true;
    field.current?.select();
  };
  return (
    <section className="panel digest-markdown" aria-label="Markdown">
      <details ref={shown}>
        <summary>As Markdown</summary>
        <textarea ref={field} readOnly rows={12} spellCheck={false} aria-label="The digest as Markdown" value={text} />
      </details>
      <CopyButton text={text} onManual={showSelected} />
    </section>
  );
}
