import type { AgentOverviewFragment } from "../../api/documents";
import { formatDuration } from "../../components/text/format";
import { useNow } from "../../components/text/RelativeTime";

/** What an agent is doing, by its own report, and since when. */
export function Activity({ activity }: { activity: AgentOverviewFragment["activity"] | null }) {
  const now = useNow(5_000);
  if (!activity || Date.parse(activity.expiresAt) < now) return <span className="soft">–</span>;
  return (
    <span className="agent-activity" data-waiting={activity.kind === "WAITING" || undefined}>
      <b>{activity.kind.toLowerCase()}</b>{" "}
      <span className="soft">{formatDuration(now - Date.parse(activity.since))}</span>
      {activity.note && <span className="agent-activity-note">{activity.note}</span>}
    </span>
  );
}
