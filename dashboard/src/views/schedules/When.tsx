import { useEffect, useId, useState } from "react";
import { CronTimesDocument } from "../../api/documents";
import { Refusal } from "../../api/refusal";
import { Field } from "../../components/forms/Form";
import { useSession } from "../../session/session";
import { Times } from "./Times";

export interface Timing {
  readonly cron: string;
  readonly timezone: string;
  readonly skipWhileOpen: boolean;
}

interface WhenProps {
  readonly timing: Timing;
  readonly onChange: (timing: Timing) => void;
}

const PAUSE_MS = 250;
const ZONES = Intl.supportedValuesOf("timeZone");

/** The fields that say when a schedule comes, and what the server makes of them while one types. */
export function When({ timing, onChange }: WhenProps) {
  const zones = useId();
  return (
    <>
      <div className="two-columns">
        <Field label="When" hint="Five fields of cron, or @daily">
          <input
            required
            spellCheck={false}
            autoComplete="off"
            className="mono"
            placeholder="30 9 * * 1-5"
            value={timing.cron}
            onChange={(event) => onChange({ ...timing, cron: event.target.value })}
          />
        </Field>
        <Field label="Time zone" hint="By whose clocks it comes">
          <input
            required
            spellCheck={false}
            list={zones}
            value={timing.timezone}
            onChange={(event) => onChange({ ...timing, timezone: event.target.value })}
          />
        </Field>
      </div>
      <datalist id={zones}>
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <Preview cron={timing.cron} timezone={timing.timezone} />
      <label className="inline">
        <input
          type="checkbox"
          checked={timing.skipWhileOpen}
          onChange={(event) => onChange({ ...timing, skipWhileOpen: event.target.checked })}
        />
        No new task while the last one is open
      </label>
    </>
  );
}

type Answer = { readonly times: readonly string[]; readonly timezone: string } | { readonly problem: string } | null;

/** The next five times, asked when the typing pauses. */
function Preview({ cron, timezone }: { cron: string; timezone: string }) {
  const { api } = useSession();
  const [answer, setAnswer] = useState<Answer>(null);

  useEffect(() => {
    if (!cron.trim() || !timezone.trim()) return setAnswer(null);
    let latest = true;
    const timer = window.setTimeout(async () => {
      const answered = await api
        .query(CronTimesDocument, { cron, timezone: timezone.trim() })
        .then(({ cronTimes }) => ({ times: cronTimes, timezone: timezone.trim() }))
        .catch((error) => ({ problem: Refusal.fromUnknown(error).message }));
      if (latest) setAnswer(answered);
    }, PAUSE_MS);
    return () => {
      latest = false;
      window.clearTimeout(timer);
    };
  }, [api, cron, timezone]);

  return (
    <output className="preview" aria-label="Next times">
      {answer === null && <span className="soft">The next times are shown here.</span>}
      {answer !== null && "problem" in answer && <span className="soft">{answer.problem}</span>}
      {answer !== null && "times" in answer && <Times times={answer.times} timezone={answer.timezone} />}
    </output>
  );
}
