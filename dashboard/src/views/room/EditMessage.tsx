import { type FormEvent, type KeyboardEvent, useEffect } from "react";
import { type MessageFragment, SendMessageDocument } from "../../api/documents";
import { isComposing } from "../../components/writing/composition";
import { useDraft } from "../../components/writing/draft";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";

interface EditMessageProps {
  readonly message: MessageFragment;
  readonly onClose: () => void;
}

/** Writes one's own message anew: the later one takes its place, and nobody needs to act on this one any more. */
export function EditMessage({ message, onClose }: EditMessageProps) {
  const room = useRoom();
  const { id, body, channel, to, replyTo } = message;
  const { text, change, send } = useDraft(`${id}/edit`);
  const [sendMessage, disabled] = useMutation(SendMessageDocument);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins with the text as it is, once.
  useEffect(() => {
    if (text === "") change(body);
  }, []);
  const cancel = () => {
    change("");
    onClose();
  };

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (disabled) return;
    const where = channel ? { channel: channel.name } : { to: to.map(({ name }) => name) };
    void send(async (next, key) => {
      const variables = { room: room.name, body: next, key, ...where, replyTo: replyTo?.id ?? null, supersedes: id };
      if (!(await sendMessage(variables, "Replaced."))?.sendMessage) return false;
      onClose();
      return true;
    });
  };
  const handleKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === "Escape") cancel();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <form className="message-edit" onSubmit={submit}>
      <textarea
        aria-label="Message"
        // biome-ignore lint/a11y/noAutofocus: it opens where somebody asked for it.
        autoFocus
        maxLength={65_536}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={handleKey}
      />
      <div className="editing-buttons">
        <button type="submit" className="primary" disabled={disabled || !text.trim()}>
          Replace
        </button>
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
