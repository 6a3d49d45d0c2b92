import { Link } from "wouter";
import { ArchivedRoomsDocument } from "../../api/documents";
import { FormDialog } from "../../components/forms/Form";
import { Panel } from "../../components/Panel";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useArchiving } from "../../layout/use-archiving";
import { roomUpdates } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";

/** Asks whether the open room is to be archived. */
export function ArchiveRoom({ onClose }: { onClose: () => void }) {
  const { name, info } = useRoom();
  const { archive, pending } = useArchiving();
  const submit = async () => {
    if (await archive(name, info?.settings.paused ?? false)) onClose();
  };
  return (
    <FormDialog
      title={`Archive ${info?.title || name}?`}
      submitLabel="Archive room"
      closeLabel="Keep it"
      danger
      disabled={pending}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>
        It leaves the list of rooms. All that is in it stays and can be read, and nothing can be changed until an admin
        brings it back. Tasks in progress are finished or given back before.
      </p>
    </FormDialog>
  );
}

/** The rooms that are in no other list. */
export function ArchivedRooms() {
  const { data, refetch } = useLiveQuery(ArchivedRoomsDocument, {}, roomUpdates);
  const { bringBack, pending } = useArchiving();
  const rooms = data?.rooms.filter(({ archivedAt }) => archivedAt) ?? [];
  if (rooms.length === 0) return null;
  return (
    <Panel title="Archived rooms" count={rooms.length}>
      <ul className="lines">
        {rooms.map(({ id, name, title, archivedAt }) => (
          <li key={id} className="line">
            <Link className="line-title" href={`/rooms/${name}/now`}>
              {title || name}
            </Link>
            <span className="line-more">
              {archivedAt && (
                <span>
                  archived <RelativeTime at={archivedAt} /> ago
                </span>
              )}
              <button
                type="button"
                aria-label={`Bring back ${name}`}
                disabled={pending}
                onClick={async () => {
                  await bringBack(name);
                  refetch();
                }}
              >
                Bring back
              </button>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
