import { countdown, fullTime } from "./format";
import { useNow } from "./RelativeTime";

const SOON_MS = 60_000;

/** What is left of a lease, second by second. */
export function LeaseLeft({ expiresAt }: { expiresAt: string }) {
  const left = Date.parse(expiresAt) - useNow(1_000);
  return (
    <time
      className="lease-left"
      dateTime={expiresAt}
      title={`The lease ends at ${fullTime(expiresAt)}, if nothing renews it`}
      data-soon={left < SOON_MS || undefined}
    >
      {left > 0 ? countdown(left) : "ran out"}
    </time>
  );
}
