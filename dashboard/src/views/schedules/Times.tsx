interface TimesProps {
  readonly times: readonly string[];
  readonly timezone: string;
}

/** Times as clocks in their zone show them. */
export function Times({ times, timezone }: TimesProps) {
  const format = formatIn(timezone);
  return (
    <ol className="times">
      {times.map((at) => (
        <li key={at}>
          <time dateTime={at}>{format(new Date(at))}</time>
        </li>
      ))}
    </ol>
  );
}

function formatIn(timezone: string): (at: Date) => string {
  const options: Intl.DateTimeFormatOptions = {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  };
  try {
    const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: timezone });
    return (at) => format.format(at);
  } catch {
    // The server knows zones that this browser does not.
    const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
    return (at) => format.format(at);
  }
}
