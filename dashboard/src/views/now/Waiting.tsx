import { Link } from "wouter";
import { AcknowledgeDocument, type InboxKind, WaitingDocument } from "../../api/documents";
import { DOING, type News } from "../../log/concerns";
import { useLive } from "../../log/use-live";
import { Panel } from "../../pieces/Panel";
import { Ago } from "../../pieces/time";
import { useRoom } from "../../shell/room";
import { useAct } from "../../shell/use-act";

const WORDS: Record<InboxKind, string> = {
  DIRECT: "direct",
  MENTION: "mention",
  UNBLOCKED: "unblocked",
  ASSIGNED: "assigned",
  REVIEW_REQUESTED: "to review",
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes wanted",
  LEASE_LOST: "lease lost",
  STALE: "stale",
  REOPENED: "reopened",
  HANDOFF: "handoff",
  PROPOSAL: "to decide",
  DECIDED: "decided",
};

// An inbox item is written with whatever line of the log caused it.
const concern = (news: News) => news !== DOING && news.kind !== "PRESENCE_CHANGED";
const SHOWN = 8;

/** What waits for the one who is signed in. */
export function Waiting() {
  const room = useRoom();
  const { data, refresh } = useLive(WaitingDocument, { last: SHOWN }, concern);
  const [acknowledge, underWay] = useAct(AcknowledgeDocument);
  if (!data) return null;

  const clear = async (items: string[]) => {
    await acknowledge({ items });
    refresh();
  };
  const { nodes, totalCount } = data.inbox;
  return (
    <Panel title="For you" count={totalCount} empty="Nothing waits for you.">
      <ul className="lines">
        {nodes.map((item) => (
          <li key={item.id} className="line">
            <span className="tag">{WORDS[item.kind]}</span>
            {item.task ? (
              <Link className="line-title" href={room.to("tasks", item.task.id)}>
                {item.summary}
              </Link>
            ) : (
              <span className="line-title">{item.summary}</span>
            )}
            <span className="line-more">
              <Ago at={item.createdAt} />
              <button
                type="button"
                className="quiet"
                disabled={underWay}
                title="Acknowledge"
                aria-label={`Acknowledge: ${item.summary}`}
                onClick={() => clear([item.id])}
              >
                ✓
              </button>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
