import type { WorkerFragment } from "../../api/documents";
import { span } from "../../components/format";
import { useNow } from "../../components/RelativeTime";

/** What an agent says that it does, and for how long it has. */
export function Doing({ activity }: { activity: WorkerFragment["activity"] | null }) {
  const now = useNow(5_000);
  if (!activity || Date.parse(activity.expiresAt) < now) return <span className="soft">–</span>;
  return (
    <span className="agents-doing" data-waits={activity.kind === "WAITING" || undefined}>
      <b>{activity.kind.toLowerCase()}</b> <span className="soft">{span(now - Date.parse(activity.since))}</span>
      {activity.note && <span className="agents-note">{activity.note}</span>}
    </span>
  );
}
