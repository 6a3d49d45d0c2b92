import { useEffect, useRef } from "react";
import { SendMessageDocument } from "../../api/documents";
import { useDraft } from "../../components/writing/draft";
import { MentionField } from "../../components/writing/MentionField";
import { useRoom } from "../../layout/room";
import { useToasts } from "../../layout/Toasts";
import { useMutation } from "../../layout/use-mutation";
import { useSession } from "../../session/session";
import { type Conversation, conversationSlug } from "./conversation";

interface ComposerProps {
  readonly conversation: Conversation;
  readonly replyTo?: string;
  readonly label: string;
  /** Who can be mentioned. */
  readonly names: readonly string[];
  readonly focus?: boolean;
}

/** The text field for a message, which completes mentions. */
export function Composer({ conversation, replyTo, label, names, focus }: ComposerProps) {
  const room = useRoom();
  const { me } = useSession();
  const { showSuccess } = useToasts();
  const { text, change, send } = useDraft(`${me.name}/${room.name}/${conversationSlug(conversation)}/${replyTo ?? ""}`);
  const [sendMessage, disabled] = useMutation(SendMessageDocument);
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    if (focus) field.current?.focus();
  }, [focus]);

  const submit = () => {
    if (disabled) return;
    const where = replyTo
      ? { replyTo }
      : "channel" in conversation
        ? { channel: conversation.channel }
        : { to: [conversation.person] };
    void send(async (body, key) => {
      const sent = (await sendMessage({ room: room.name, body, key, ...where }))?.sendMessage;
      if (!sent) return false;
      const unknown = sent.unknownMentions.map((name) => `@${name}`);
      if (unknown.length > 0) showSuccess(`Sent. Nobody here is called ${unknown.join(", ")}.`);
      return true;
    });
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <MentionField
        field={field}
        rows={1}
        label={label}
        value={text}
        onChange={change}
        names={names}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          submit();
        }}
      />
      <button type="submit" className="primary" disabled={disabled || !text.trim()}>
        Send
      </button>
    </form>
  );
}
