import { useState } from "react";
import { Link } from "wouter";
import { AcknowledgeDocument, InboxDocument, type InboxKind, type InboxQuery } from "../../api/documents";
import { Refused } from "../../components/ErrorMessage";
import { number, plural } from "../../components/format";
import { ofTheInbox, TOLD } from "../../components/inbox";
import { Said } from "../../components/Markdown";
import { Ago } from "../../components/RelativeTime";
import { Choice } from "../../components/SegmentedControl";
import { useAct } from "../../layout/use-mutation";
import { useLive } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { address, placeOf } from "../room/conversation";
import "./inbox.css";

type Item = InboxQuery["inbox"]["nodes"][number];

const MOST = 100;
const WORK = (Object.keys(TOLD) as InboxKind[]).filter((kind) => kind !== "DIRECT" && kind !== "MENTION");
const KINDS: Readonly<Record<string, readonly InboxKind[] | null>> = {
  All: null,
  Talk: ["DIRECT", "MENTION"],
  Work: WORK,
};

/** All that waits for the one who is signed in, in every room, oldest first. */
export default function Inbox() {
  const [shown, setShown] = useState("All");
  const kinds = KINDS[shown] ?? null;
  const { data, refusal, refresh } = useLive(InboxDocument, { first: MOST, kinds: kinds && [...kinds] }, ofTheInbox);
  const [acknowledge, underWay] = useAct(AcknowledgeDocument);
  const items = data?.inbox.nodes ?? [];
  const total = data?.inbox.totalCount ?? 0;

  const clear = async (ids: readonly string[]) => {
    const said = ids.length > 1 ? `${plural(ids.length, "item")} acknowledged.` : undefined;
    await acknowledge({ items: [...ids] }, said);
    refresh();
  };

  return (
    <section className="panel inbox" aria-labelledby="inbox-title">
      <header>
        <h1 id="inbox-title">Inbox</h1>
        {data && <span className="count">{number(total)}</span>}
        <div className="inbox-acts">
          <Choice label="What is shown" options={Object.keys(KINDS)} value={shown} onChoose={setShown} />
          {items.length > 1 && (
            <button type="button" disabled={underWay} onClick={() => clear(items.map(({ id }) => id))}>
              Acknowledge {items.length < total ? `these ${items.length}` : `all ${total}`}
            </button>
          )}
        </div>
      </header>
      {refusal && !refusal.passes && <Refused refusal={refusal} />}
      {!data && !refusal && <p className="waiting">Opening…</p>}
      {data && items.length === 0 && <p className="empty">Nothing waits for you.</p>}
      <ol className="inbox-items">
        {items.map((item) => (
          <Line key={item.id} item={item} busy={underWay} onAcknowledge={() => clear([item.id])} />
        ))}
      </ol>
      {items.length < total && (
        <p className="empty inbox-more">The oldest {items.length} are shown; others come up as these go.</p>
      )}
    </section>
  );
}

interface LineProps {
  readonly item: Item;
  readonly busy: boolean;
  readonly onAcknowledge: () => void;
}

function Line({ item, busy, onAcknowledge }: LineProps) {
  const { me } = useSession();
  const { kind, summary, createdAt, task, message, comment } = item;
  const who = message?.from?.name ?? comment?.author?.name;
  const body = message?.body ?? comment?.body;
  const place = message && address(placeOf(message, me.name));
  return (
    <li className="inbox-item">
      <p className="inbox-about">
        <span className="tag">{TOLD[kind]}</span>
        {who && <b>{who}</b>}
        {message && (
          <Link href={`/rooms/${message.room.name}/room/${place}/${message.id}`}>
            {message.channel ? `in #${message.channel.name}` : "to you"}
          </Link>
        )}
        {task && (
          <Link href={`/rooms/${task.room.name}/tasks/${task.id}`}>
            <span className="id">{task.id}</span> {task.title}
          </Link>
        )}
        <span className="soft">
          <Ago at={createdAt} /> ago
        </span>
      </p>
      {body ? (
        <Said
          text={body}
          mentions={(message ?? comment)?.mentions.map(({ name }) => name) ?? []}
          {...(message && { refs: message.refs.map(({ id }) => id) })}
          me={me.name}
        />
      ) : (
        <p>{summary}</p>
      )}
      <button
        type="button"
        className="inbox-clear"
        disabled={busy}
        aria-label={`Acknowledge: ${summary}`}
        onClick={onAcknowledge}
      >
        ✓ <span>Acknowledge</span>
      </button>
    </li>
  );
}
