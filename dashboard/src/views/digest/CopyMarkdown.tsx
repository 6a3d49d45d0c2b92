import { CopyText } from "../../components/CopyText";
import { Panel } from "../../components/Panel";

/** The digest as Markdown, to copy. */
export function CopyMarkdown({ text }: { text: string }) {
  return (
    <Panel title="As Markdown">
      <div className="padded">
        <CopyText label="The digest as Markdown" rows={10} text={text} />
      </div>
    </Panel>
  );
}
