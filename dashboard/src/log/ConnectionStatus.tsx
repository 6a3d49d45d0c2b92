import { formatTime } from "../components/text/format";
import { useNow } from "../components/text/RelativeTime";
import type { LogStatus } from "./room-log";
import { useLogStatus } from "./use-live-query";

const CAUGHT_UP_SHOWN_MS = 8_000;

/** Whether what the page shows is true now, and if not, when it last was. */
export function ConnectionStatus() {
  const status = useLogStatus();
  const now = useNow(1_000);
  const [tone, label, detail] = describe(status, now);
  return (
    <output
      className="connection-status"
      data-tone={tone}
      data-phase={status.phase}
      data-cursor={status.cursor ?? undefined}
    >
      <span className="dot" aria-hidden="true" />
      <strong>{label}</strong>
      {detail && <span className="hint">{detail}</span>}
    </output>
  );
}

function describe(
  { phase, asOf, missed, behind, refusal }: LogStatus,
  now: number,
): [tone: string, label: string, detail?: string | undefined] {
  const lastTrue = asOf ? `data as of ${formatTime(asOf)}` : undefined;
  if (phase === "refused") return ["bad", "Stopped", refusal?.message];
  if (phase === "connecting") return ["wait", "Connecting"];
  if (phase === "disconnected") return ["bad", "Reconnecting", lastTrue];
  if (phase === "catching-up") return ["wait", "Catching up", lastTrue];
  if (missed && now - missed.at < CAUGHT_UP_SHOWN_MS)
    return ["good", "Caught up", `${missed.count} ${missed.count === 1 ? "event" : "events"}`];
  if (behind) return ["wait", "Live", "updating"];
  return ["good", "Live"];
}
