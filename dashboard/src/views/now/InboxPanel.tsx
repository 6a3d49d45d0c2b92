import { Link } from "wouter";
import { AcknowledgeDocument, WaitingDocument } from "../../api/documents";
import { ofTheInbox, TOLD } from "../../components/inbox";
import { Panel } from "../../components/Panel";
import { Ago } from "../../components/RelativeTime";
import { useRoom } from "../../layout/room";
import { useAct } from "../../layout/use-mutation";
import { useLive } from "../../log/use-live-query";

const SHOWN = 8;

/** What waits for the one who is signed in. */
export function Waiting() {
  const room = useRoom();
  const { data, refresh } = useLive(WaitingDocument, { last: SHOWN }, ofTheInbox);
  const [acknowledge, underWay] = useAct(AcknowledgeDocument);
  if (!data) return null;

  const clear = async (items: string[]) => {
    await acknowledge({ items });
    refresh();
  };
  const { nodes, totalCount } = data.inbox;
  return (
    <Panel
      title="For you"
      count={totalCount}
      empty="Nothing waits for you."
      action={
        totalCount > 0 && (
          <Link className="panel-link" href={room.to("inbox")}>
            Inbox
          </Link>
        )
      }
    >
      <ul className="lines">
        {nodes.map((item) => (
          <li key={item.id} className="line">
            <span className="tag">{TOLD[item.kind]}</span>
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
