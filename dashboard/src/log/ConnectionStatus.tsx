import { clockTime } from "../components/format";
import { useNow } from "../components/RelativeTime";
import type { Standing } from "./room-log";
import { useStanding } from "./use-live-query";

const SAID_FOR_MS = 8_000;

/** Whether what the page shows is true now, and if not, when it last was. */
export function LogSign() {
  const standing = useStanding();
  const now = useNow(1_000);
  const [tone, text, more] = words(standing, now);
  return (
    <output
      className="log-sign"
      data-tone={tone}
      data-phase={standing.phase}
      data-cursor={standing.cursor ?? undefined}
    >
      <span className="dot" aria-hidden="true" />
      <strong>{text}</strong>
      {more && <span className="hint">{more}</span>}
    </output>
  );
}

function words(
  { phase, asOf, missed, behind, refusal }: Standing,
  now: number,
): [tone: string, text: string, more?: string | undefined] {
  const then = asOf ? `data as of ${clockTime(asOf)}` : undefined;
  if (phase === "refused") return ["bad", "Stopped", refusal?.message];
  if (phase === "opening") return ["wait", "Connecting"];
  if (phase === "lost") return ["bad", "Reconnecting", then];
  if (phase === "catching-up") return ["wait", "Catching up", then];
  if (missed && now - missed.at < SAID_FOR_MS)
    return ["good", "Caught up", `${missed.count} ${missed.count === 1 ? "event" : "events"}`];
  if (behind) return ["wait", "Live", "updating"];
  return ["good", "Live"];
}
