import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { SendMessageDocument } from "../../api/documents";
import { isComposing } from "../../components/composition";
import { newIdempotencyKey } from "../../components/idempotency-key";
import { useRoom } from "../../layout/room";
import { useToasts } from "../../layout/Toasts";
import { useMutation } from "../../layout/use-mutation";
import { type Conversation, conversationSlug } from "./conversation";

interface ComposerProps {
  readonly conversation: Conversation;
  readonly replyTo?: string;
  readonly label: string;
  /** Who can be mentioned. */
  readonly names: readonly string[];
  readonly focus?: boolean;
}

// Texts that were not sent yet, by conversation and thread, for as long as the page is open.
const drafts = new Map<string, string>();
// A mention that is being typed, before the cursor. Chinese and Japanese put no space before it.
const MENTION = /(?<![\p{Script=Latin}\p{N}@＠\\])[@＠]([a-z0-9_-]*)$/iu;
const MAX_SUGGESTIONS = 6;

/** The text field for a message, which completes mentions. */
export function Composer({ conversation, replyTo, label, names, focus }: ComposerProps) {
  const room = useRoom();
  const { showSuccess } = useToasts();
  const draftKey = `${room.name}/${conversationSlug(conversation)}/${replyTo ?? ""}`;
  const [text, setText] = useState(() => drafts.get(draftKey) ?? "");
  const [mention, setMention] = useState<string | null>(null);
  const [selected, setSelected] = useState(0);
  const [send, disabled] = useMutation(SendMessageDocument);
  const field = useRef<HTMLTextAreaElement>(null);
  // The same until it was sent, so that a retry sends no second message.
  const key = useRef(newIdempotencyKey());
  const list = useId();

  useEffect(() => {
    if (focus) field.current?.focus();
  }, [focus]);

  const suggestions = mention === null ? [] : matching(names, mention);
  const open = suggestions.length > 0;
  const at = Math.min(selected, suggestions.length - 1);

  const change = (next: string) => {
    setText(next);
    if (next) drafts.set(draftKey, next);
    else drafts.delete(draftKey);
  };
  const updateMention = () => {
    const { value, selectionStart, selectionEnd } = field.current ?? { value: "", selectionStart: 0, selectionEnd: 0 };
    const typed = selectionStart === selectionEnd ? MENTION.exec(value.slice(0, selectionStart)) : null;
    const name = typed?.[1]?.toLowerCase() ?? null;
    setMention(name);
    if (name !== mention) setSelected(0);
  };
  const insertMention = (name: string) => {
    const area = field.current;
    if (!area || mention === null) return;
    area.focus();
    area.setRangeText(`@${name} `, area.selectionStart - mention.length - 1, area.selectionStart, "end");
    change(area.value);
    setMention(null);
  };
  const submit = async () => {
    const body = text.trim();
    if (!body || disabled) return;
    const where = replyTo
      ? { replyTo }
      : "channel" in conversation
        ? { channel: conversation.channel }
        : { to: [conversation.person] };
    const sent = await send({ room: room.name, body, key: key.current, ...where });
    if (!sent?.sendMessage) return;
    key.current = newIdempotencyKey();
    change("");
    const unknown = sent.sendMessage.unknownMentions;
    if (unknown.length > 0) showSuccess(`Sent. Nobody here is called ${unknown.map((name) => `@${name}`).join(", ")}.`);
  };
  const handleKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      setSelected((at + (event.key === "ArrowDown" ? 1 : suggestions.length - 1)) % suggestions.length);
    } else if (open && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      event.preventDefault();
      insertMention(suggestions[at] ?? "");
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      setMention(null);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void submit();
    }
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {open && (
        <div className="composer-suggestions" id={list} role="listbox" aria-label="Names">
          {suggestions.map((name, index) => (
            <div
              key={name}
              id={`${list}${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onPointerDown={(event) => {
                event.preventDefault();
                insertMention(name);
              }}
            >
              @{name}
            </div>
          ))}
        </div>
      )}
      <textarea
        ref={field}
        rows={1}
        aria-label={label}
        placeholder={label}
        aria-autocomplete="list"
        aria-controls={open ? list : undefined}
        aria-activedescendant={open ? `${list}${at}` : undefined}
        value={text}
        maxLength={65_536}
        onChange={(event) => {
          change(event.target.value);
          updateMention();
        }}
        onSelect={updateMention}
        onBlur={() => setMention(null)}
        onKeyDown={handleKey}
      />
      <button type="submit" className="primary" disabled={disabled || !text.trim()}>
        Send
      </button>
      <span className="visually-hidden" role="status">
        {open ? `${suggestions.length} names, ${suggestions[at]} is chosen` : ""}
      </span>
    </form>
  );
}

/** Names that start with what was typed, then those that hold it elsewhere. */
function matching(names: readonly string[], typed: string): readonly string[] {
  const first = names.filter((name) => name.startsWith(typed));
  const rest = names.filter((name) => !name.startsWith(typed) && name.includes(typed));
  return [...first, ...rest].slice(0, MAX_SUGGESTIONS);
}
