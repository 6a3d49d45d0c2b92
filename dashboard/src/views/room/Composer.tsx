import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { SayDocument } from "../../api/documents";
import { onceKey } from "../../components/idempotency-key";
import { useRoom } from "../../layout/room";
import { useNotices } from "../../layout/Toasts";
import { useAct } from "../../layout/use-mutation";
import { address, type Place } from "./conversation";

interface ComposerProps {
  readonly place: Place;
  readonly replyTo?: string;
  readonly label: string;
  /** Who can be called by name. */
  readonly names: readonly string[];
  readonly focus?: boolean;
}

// What was begun and not sent, for as long as the page is open.
const drafts = new Map<string, string>();
const CALL = /(^|[\s(])@([a-z0-9_-]*)$/;
const OFFERED = 6;

/** Where the one who is signed in says something. */
export function Composer({ place, replyTo, label, names, focus }: ComposerProps) {
  const room = useRoom();
  const { say } = useNotices();
  const draft = `${room.name}/${address(place)}/${replyTo ?? ""}`;
  const [text, setText] = useState(() => drafts.get(draft) ?? "");
  const [begun, setBegun] = useState<string | null>(null);
  const [chosen, setChosen] = useState(0);
  const [send, underWay] = useAct(SayDocument);
  const field = useRef<HTMLTextAreaElement>(null);
  // Sent twice, it is said once.
  const key = useRef(onceKey());
  const list = useId();

  useEffect(() => {
    if (focus) field.current?.focus();
  }, [focus]);

  const offered = begun === null ? [] : matching(names, begun);
  const open = offered.length > 0;
  const at = Math.min(chosen, offered.length - 1);

  const change = (next: string) => {
    setText(next);
    if (next) drafts.set(draft, next);
    else drafts.delete(draft);
  };
  const look = () => {
    const { value, selectionStart, selectionEnd } = field.current ?? { value: "", selectionStart: 0, selectionEnd: 0 };
    const call = selectionStart === selectionEnd ? CALL.exec(value.slice(0, selectionStart)) : null;
    setBegun(call?.[2] ?? null);
    if (call?.[2] !== begun) setChosen(0);
  };
  const take = (name: string) => {
    const area = field.current;
    if (!area || begun === null) return;
    area.focus();
    area.setRangeText(`@${name} `, area.selectionStart - begun.length - 1, area.selectionStart, "end");
    change(area.value);
    setBegun(null);
  };
  const submit = async () => {
    const body = text.trim();
    if (!body || underWay) return;
    const where = replyTo ? { replyTo } : "channel" in place ? { channel: place.channel } : { to: [place.person] };
    const sent = await send({ room: room.name, body, key: key.current, ...where });
    if (!sent?.sendMessage) return;
    key.current = onceKey();
    change("");
    const unknown = sent.sendMessage.unknownMentions;
    if (unknown.length > 0) say(`Sent. Nobody here is called ${unknown.map((name) => `@${name}`).join(", ")}.`);
  };
  const press = (event: KeyboardEvent) => {
    if (open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      setChosen((at + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length);
    } else if (open && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      event.preventDefault();
      take(offered[at] ?? "");
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      setBegun(null);
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
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
        <div className="composer-names" id={list} role="listbox" aria-label="Names">
          {offered.map((name, place) => (
            <div
              key={name}
              id={`${list}${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === at}
              onPointerDown={(event) => {
                event.preventDefault();
                take(name);
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
          look();
        }}
        onSelect={look}
        onBlur={() => setBegun(null)}
        onKeyDown={press}
      />
      <button type="submit" className="primary" disabled={underWay || !text.trim()}>
        Send
      </button>
      <span className="unseen" role="status">
        {open ? `${offered.length} names, ${offered[at]} is chosen` : ""}
      </span>
    </form>
  );
}

function matching(names: readonly string[], begun: string): readonly string[] {
  const first = names.filter((name) => name.startsWith(begun));
  const then = names.filter((name) => !name.startsWith(begun) && name.includes(begun));
  return [...first, ...then].slice(0, OFFERED);
}
