import { formatCountdown, formatDateTime } from "../text/format";
import { useNow } from "../text/RelativeTime";

const SOON_MS = 60_000;

/** The time until a lease expires, second by second. */
export function LeaseCountdown({ expiresAt }: { expiresAt: string }) {
  const left = Date.parse(expiresAt) - useNow(1_000);
  return (
    <time
      className="lease-countdown"
      dateTime={expiresAt}
      title={`The lease expires at ${formatDateTime(expiresAt)} unless it is renewed`}
      data-soon={left < SOON_MS || undefined}
    >
      {left > 0 ? formatCountdown(left) : "expired"}
    </time>
  );
}
