import { useState } from "react";
import { Link } from "wouter";
import {
  ResetBreakerDocument,
  ResourceHoldersDocument,
  type ResourceHoldersQuery,
  type ResourceRowFragment,
  ResourcesDocument,
} from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { TaskLine } from "../../components/tasks/TaskLine";
import { formatCount, formatDuration, formatNumber } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { resourceEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { EditResource } from "./EditResource";

type Holder = NonNullable<ResourceHoldersQuery["room"]>["tasks"]["nodes"][number];

/** What the room's tasks share: who holds it, how much is left, and whether its breaker lets anybody try. */
export default function Resources() {
  const { name } = useRoom();
  const { canWrite } = useSession();
  const { data, refusal } = useLiveQuery(ResourcesDocument, { room: name }, resourceEvents);
  const holders = useLiveQuery(ResourceHoldersDocument, { room: name }, resourceEvents);
  const [creating, setCreating] = useState(false);

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const { resources } = data.room;
  const doing = holders.data?.room?.tasks.nodes ?? [];
  return (
    <div className="stack">
      <header className="view-head">
        <h1>Resources</h1>
        {canWrite && (
          <button type="button" onClick={() => setCreating(true)}>
            New resource
          </button>
        )}
      </header>
      {resources.length === 0 && (
        <p className="soft">
          No resources yet. One is a thing that tasks share, such as a device or a test system: so many may use it at
          once, and none while it fails.
        </p>
      )}
      {resources.map((resource) => (
        <ResourceEntry
          key={resource.id}
          resource={resource}
          holders={doing.filter((task) => task.resources.some(({ id }) => id === resource.id))}
        />
      ))}
      {creating && <EditResource resource={null} onClose={() => setCreating(false)} />}
    </div>
  );
}

const BREAKERS: Record<ResourceRowFragment["breaker"], string> = {
  CLOSED: "works",
  OPEN: "breaker open: no task may use it",
  HALF_OPEN: "breaker half open: one task may try it",
};
const STATES = { CLOSED: "DONE", OPEN: "BLOCKED", HALF_OPEN: "STALE" } as const;

function ResourceEntry({ resource, holders }: { resource: ResourceRowFragment; holders: readonly Holder[] }) {
  const { id, name, capacity, inUse, breaker, failures, failureThreshold, cooldownSeconds, openedAt, lastDetail } =
    resource;
  const room = useRoom();
  return (
    <article className="panel entry" aria-label={name}>
      <h2>
        <span className="id">{id}</span> {name}{" "}
        <span className="tag" data-state={STATES[breaker]}>
          {BREAKERS[breaker]}
        </span>
      </h2>
      <p className="facts soft">
        <span>
          {capacity == null
            ? `${formatNumber(inUse)} in use, no limit`
            : `${formatNumber(inUse)} of ${capacity} in use`}
        </span>
        <span>
          {formatCount(failures, "failure")} in a row; opens at {failureThreshold}
        </span>
        <span>tried again after {formatDuration(cooldownSeconds * 1_000)}</span>
        {openedAt && (
          <span>
            opened <RelativeTime at={openedAt} /> ago
          </span>
        )}
      </p>
      {lastDetail && <p>{lastDetail}</p>}
      {holders.length > 0 && (
        <ul aria-label={`Tasks that hold ${name}`}>
          {holders.map((task) => (
            <li key={task.id}>
              <TaskLine task={task}>
                {task.assignee && <Link href={room.to("agents", task.assignee.name)}>{task.assignee.name}</Link>}
              </TaskLine>
            </li>
          ))}
        </ul>
      )}
      <ResourceActions resource={resource} />
    </article>
  );
}

function ResourceActions({ resource }: { resource: ResourceRowFragment }) {
  const room = useRoom();
  const { canWrite } = useSession();
  const [editing, setEditing] = useState(false);
  const [reset, resetting] = useMutation(ResetBreakerDocument);
  if (!canWrite) return null;
  return (
    <div className="actions">
      {resource.breaker !== "CLOSED" && (
        <button
          type="button"
          className="primary"
          disabled={resetting}
          title="It works again: tasks may use it at once"
          onClick={() => reset({ room: room.name, resource: resource.name }, `${resource.name}: breaker reset.`)}
        >
          Reset
        </button>
      )}
      <button type="button" onClick={() => setEditing(true)}>
        Edit
      </button>
      {editing && <EditResource resource={resource} onClose={() => setEditing(false)} />}
    </div>
  );
}
