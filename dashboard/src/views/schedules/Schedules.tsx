import { useState } from "react";
import {
  DeleteScheduleDocument,
  type ScheduleRowFragment,
  SchedulesDocument,
  UpdateScheduleDocument,
} from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { FormDialog } from "../../components/forms/Form";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { formatCount } from "../../components/text/format";
import { TimeUntil } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { scheduleEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { EditSchedule } from "./EditSchedule";
import { NewSchedule } from "./NewSchedule";
import { Times } from "./Times";
import "./schedules.css";

/** What makes tasks at set times, and when each comes next. */
export default function Schedules() {
  const { name } = useRoom();
  const { canWrite } = useSession();
  const { data, refusal } = useLiveQuery(SchedulesDocument, { room: name }, scheduleEvents);
  const [creating, setCreating] = useState(false);

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const { schedules } = data.room;
  return (
    <div className="stack">
      <header className="view-head">
        <h1>Schedules</h1>
        {canWrite && (
          <button type="button" onClick={() => setCreating(true)}>
            New schedule
          </button>
        )}
      </header>
      {schedules.length === 0 && (
        <p className="soft">No schedules yet. Each makes the same task again and again, at the times that you set.</p>
      )}
      {schedules.map((schedule) => (
        <ScheduleCard key={schedule.id} schedule={schedule} />
      ))}
      {creating && <NewSchedule onClose={() => setCreating(false)} />}
    </div>
  );
}

function ScheduleCard({ schedule }: { schedule: ScheduleRowFragment }) {
  const { id, title, cron, timezone, active, nextAt, missed, skipWhileOpen, creator, lastTask, upcoming } = schedule;
  return (
    <article className="panel entry schedule" data-off={!active || undefined} aria-label={title}>
      <h2>
        <span className="id">{id}</span> {title} {!active && <span className="tag">off</span>}
      </h2>
      <p className="facts soft">
        <span>
          <code>{cron}</code> {timezone}
        </span>
        {nextAt && (
          <span>
            next <TimeUntil at={nextAt} />
          </span>
        )}
        <span>{skipWhileOpen ? "skips while its last task is open" : "comes even while its last task is open"}</span>
        <span>by {creator.name}</span>
        {missed > 0 && (
          <span title="Since its last task, because that was open or no server ran">
            {formatCount(missed, "turn")} passed over
          </span>
        )}
      </p>
      {lastTask && (
        <TaskLine task={lastTask}>
          <TaskState status={lastTask.status} ready={lastTask.ready} stale={lastTask.stale} />
        </TaskLine>
      )}
      {upcoming.length > 0 && (
        <details>
          <summary>Next times</summary>
          <Times times={upcoming} timezone={timezone} />
        </details>
      )}
      <ScheduleActions schedule={schedule} />
    </article>
  );
}

/** Who made it, people of the room, and admins may change it. */
function ScheduleActions({ schedule }: { schedule: ScheduleRowFragment }) {
  const { me, role, canWrite } = useSession();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const [update, updating] = useMutation(UpdateScheduleDocument);
  const [remove, removing] = useMutation(DeleteScheduleDocument);
  if (!canWrite || !(me.kind === "HUMAN" || role === "ADMIN" || me.name === schedule.creator.name)) return null;

  const { id, active, title } = schedule;
  const close = () => setDialog(null);
  const removeIt = async () => {
    if (await remove({ schedule: id }, "Deleted.")) close();
  };
  return (
    <div className="actions">
      <button
        type="button"
        disabled={updating}
        onClick={() => update({ input: { schedule: id, active: !active } }, active ? "Switched off." : "Switched on.")}
      >
        {active ? "Switch off" : "Switch on"}
      </button>
      <button type="button" onClick={() => setDialog("edit")}>
        Edit
      </button>
      <button type="button" className="danger" onClick={() => setDialog("delete")}>
        Delete
      </button>
      {dialog === "edit" && <EditSchedule schedule={schedule} onClose={close} />}
      {dialog === "delete" && (
        <FormDialog
          title={`Delete ${id}?`}
          submitLabel="Delete"
          danger
          disabled={removing}
          onSubmit={removeIt}
          onClose={close}
        >
          <p>“{title}” comes no more. The tasks that it made stay.</p>
        </FormDialog>
      )}
    </div>
  );
}
