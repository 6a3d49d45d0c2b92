import { type FormEvent, useState } from "react";
import { RoomRulesDocument, type RoomRulesQuery, UpdateRoomDocument } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { Field } from "../../components/forms/Form";
import { Panel } from "../../components/Panel";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { roomUpdates } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { COUNTS, DURATIONS, type Rule, type Rules, SWITCHES, UNITS, type Unit, unitOf } from "./rules";

/** The room's title and rules, as a form that says what each rule does. */
export function RulesForm() {
  const { name } = useRoom();
  const { data, refusal } = useLiveQuery(RoomRulesDocument, { room: name }, roomUpdates);
  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  return <Form room={data.room} />;
}

type Changes = Partial<Rules> & { readonly title?: string };

function Form({ room }: { room: NonNullable<RoomRulesQuery["room"]> }) {
  const { name } = useRoom();
  const { me, role, canWrite } = useSession();
  const [update, disabled] = useMutation(UpdateRoomDocument);
  // What was changed and not saved yet; all else is as the server last said, also when others change it meanwhile.
  const [changes, setChanges] = useState<Changes>({});
  const mayChange = canWrite && (role === "ADMIN" || me.kind === "HUMAN");
  const { title, ...settings } = changes;
  const rules: Rules = { ...room.settings, ...settings };
  const set = (change: Changes) => setChanges((before) => ({ ...before, ...change }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = { room: name, ...(title === undefined ? {} : { title }), settings };
    if (await update({ input }, "Saved.")) setChanges({});
  };
  return (
    <Panel title="Rules">
      <form className="form padded" onSubmit={submit}>
        <fieldset className="rules" disabled={!mayChange}>
          <Field label="Title">
            <input
              required
              maxLength={300}
              value={title ?? room.title}
              onChange={(event) => set({ title: event.target.value })}
            />
          </Field>
          {SWITCHES.map((rule) => (
            <label key={rule.name} className="rule-switch">
              <input
                type="checkbox"
                checked={rules[rule.name]}
                onChange={(event) => set({ [rule.name]: event.target.checked })}
              />
              <b>{rule.label}</b>
              <span className="hint">{rule.does}</span>
            </label>
          ))}
          <div className="rules-columns">
            {COUNTS.map((rule) => (
              <Field key={rule.name} label={rule.label} hint={described(rule)}>
                <input
                  type="number"
                  min={1}
                  value={rules[rule.name] ?? ""}
                  onChange={(event) => set({ [rule.name]: event.target.value ? Number(event.target.value) : null })}
                />
              </Field>
            ))}
            {DURATIONS.map((rule) => (
              <Duration
                key={rule.name}
                rule={rule}
                seconds={rules[rule.name] ?? null}
                onChange={(seconds) => set({ [rule.name]: seconds })}
              />
            ))}
            <Field label="Daily digest at" hint="A time of day in the zone beside it; empty: never.">
              <input
                type="time"
                value={rules.digestAt ?? ""}
                onChange={(event) => set({ digestAt: event.target.value || null })}
              />
            </Field>
            <Field label="Time zone" hint="Such as Europe/Berlin.">
              <input required value={rules.timezone} onChange={(event) => set({ timezone: event.target.value })} />
            </Field>
          </div>
        </fieldset>
        {mayChange && (
          <div className="buttons">
            <button type="button" disabled={Object.keys(changes).length === 0} onClick={() => setChanges({})}>
              Undo changes
            </button>
            <button type="submit" className="primary" disabled={disabled || Object.keys(changes).length === 0}>
              Save
            </button>
          </div>
        )}
      </form>
    </Panel>
  );
}

function described({ does, none }: Rule<number>): string {
  return none ? `${does} Empty: ${none}.` : does;
}

interface DurationProps {
  readonly rule: Rule<number>;
  readonly seconds: number | null;
  readonly onChange: (seconds: number | null) => void;
}

/** A number and its unit. Another unit is another length of time, and the number stays. */
function Duration({ rule, seconds, onChange }: DurationProps) {
  const [chosen, setChosen] = useState<Unit | null>(null);
  const unit = chosen ?? (seconds === null ? "h" : unitOf(seconds));
  const number = seconds === null ? "" : String(seconds / UNITS[unit]);
  return (
    <div className="duration">
      <Field label={rule.label} hint={described(rule)}>
        <input
          type="number"
          min={1}
          step="any"
          required={!rule.none}
          value={number}
          onChange={({ target: { value } }) => {
            setChosen(unit);
            onChange(value === "" ? null : Math.round(Number(value) * UNITS[unit]));
          }}
        />
      </Field>
      <select
        aria-label={`Unit of ${rule.label}`}
        value={unit}
        onChange={(event) => {
          const next = event.target.value as Unit;
          setChosen(next);
          if (number !== "") onChange(Math.round(Number(number) * UNITS[next]));
        }}
      >
        {Object.keys(UNITS).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  );
}
