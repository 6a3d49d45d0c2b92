import { Link } from "wouter";
import { AcknowledgeDocument, InboxPreviewDocument, type InboxPreviewQuery } from "../../api/documents";
import { INBOX_KIND_LABELS } from "../../components/inbox";
import { Panel } from "../../components/Panel";
import { RelativeTime } from "../../components/RelativeTime";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { inboxEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { CanWrite } from "../../session/CanWrite";

const MAX_ITEMS = 8;

/** The first items of the inbox of the person who is signed in. */
export function InboxPanel() {
  const room = useRoom();
  const { data, refetch } = useLiveQuery(InboxPreviewDocument, { first: MAX_ITEMS }, inboxEvents);
  const [acknowledge, disabled] = useMutation(AcknowledgeDocument);
  if (!data) return null;

  const clear = async (items: string[]) => {
    await acknowledge({ items });
    refetch();
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
            <span className="tag">{INBOX_KIND_LABELS[item.kind]}</span>
            <Summary item={item} />
            <span className="line-more">
              <RelativeTime at={item.createdAt} />
              <CanWrite>
                <button
                  type="button"
                  className="quiet"
                  disabled={disabled}
                  title="Acknowledge"
                  aria-label={`Acknowledge: ${item.summary}`}
                  onClick={() => clear([item.id])}
                >
                  ✓
                </button>
              </CanWrite>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** A link to what the item is about. */
function Summary({ item: { proposal, task, summary } }: { item: InboxPreviewQuery["inbox"]["nodes"][number] }) {
  const room = useRoom();
  const href = proposal ? room.to("decisions", proposal.id) : task && room.to("tasks", task.id);
  if (!href) return <span className="line-title">{summary}</span>;
  return (
    <Link className="line-title" href={href}>
      {summary}
    </Link>
  );
}
