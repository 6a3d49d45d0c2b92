import { useRef, useState } from "react";
import { CreateKeyResultDocument, UpdateKeyResultDocument } from "../../api/documents";
import { Editable } from "../../components/editing/Editable";
import { NumberEditor, TextEditor } from "../../components/editing/editors";
import { Field, FormDialog } from "../../components/forms/Form";
import { newIdempotencyKey } from "../../components/forms/idempotency-key";
import { Progress } from "../../components/tasks/Progress";
import { formatNumber } from "../../components/text/format";
import { useMutation } from "../../layout/use-mutation";
import { useSession } from "../../session/session";
import type { Objective } from "./objective";

type Result = Objective["keyResults"][number];

/** What measures the objective, each part editable where it stands. */
export function KeyResults({ objective }: { objective: Objective }) {
  const { canWrite } = useSession();
  const [adding, setAdding] = useState(false);
  if (objective.keyResults.length === 0 && !canWrite) return null;
  return (
    <section aria-label="Key results">
      <div className="objective-section">
        <h3>
          Key results <span className="soft">{objective.keyResults.length}</span>
        </h3>
        {canWrite && (
          <button type="button" className="quiet" onClick={() => setAdding(true)}>
            Add key result
          </button>
        )}
      </div>
      <ul className="key-results">
        {objective.keyResults.map((result) => (
          <KeyResult key={result.id} result={result} />
        ))}
      </ul>
      {adding && <AddKeyResult objective={objective.id} onClose={() => setAdding(false)} />}
    </section>
  );
}

function KeyResult({ result }: { result: Result }) {
  const { api } = useSession();
  const { id, title, unit, start, target, current, progress } = result;
  const unitBehind = unit && ` ${unit}`;
  return (
    <li>
      <div className="line">
        <Editable
          of={id}
          label="Title of the key result"
          className="line-title"
          value={title}
          editor={(props) => <TextEditor {...props} required />}
          onSave={(next) => api.mutate(UpdateKeyResultDocument, { input: { id, title: next } })}
        >
          <span title={title}>{title}</span>
        </Editable>
        <Progress value={progress} label={`Progress of ${title}`} />
      </div>
      <div className="key-result-values soft">
        <Editable<number | null>
          of={id}
          label={`Value of ${title}`}
          value={current}
          editor={(props) => <NumberEditor {...props} fractions required />}
          onSave={(next) => api.mutate(UpdateKeyResultDocument, { input: { id, current: next } })}
        >
          {progress >= 1 ? "reached" : "now"} {formatNumber(current)}
          {unitBehind}
        </Editable>
        <Editable<number | null>
          of={id}
          label={`Target of ${title}`}
          value={target}
          editor={(props) => <NumberEditor {...props} fractions required />}
          onSave={(next) => api.mutate(UpdateKeyResultDocument, { input: { id, target: next } })}
        >
          {formatNumber(start)} → {formatNumber(target)}
          {unitBehind}
        </Editable>
        <Editable
          of={id}
          label={`Unit of ${title}`}
          value={unit}
          editor={(props) => <TextEditor {...props} />}
          onSave={(next) => api.mutate(UpdateKeyResultDocument, { input: { id, unit: next } })}
        >
          {unit ? `unit: ${unit}` : "no unit"}
        </Editable>
      </div>
    </li>
  );
}

function AddKeyResult({ objective, onClose }: { objective: string; onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [unit, setUnit] = useState("");
  const [start, setStart] = useState("0");
  const [target, setTarget] = useState("");
  const [create, disabled] = useMutation(CreateKeyResultDocument);
  // The same in each try, so that a retry creates no second key result.
  const key = useRef(newIdempotencyKey());
  const submit = async () => {
    const keyResult = { title, unit, start: Number(start), target: Number(target) };
    if (await create({ input: { objective, keyResult, idempotencyKey: key.current } })) onClose();
  };
  return (
    <FormDialog
      title={`New key result of ${objective}`}
      submitLabel="Create"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Title">
        <input required maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </Field>
      <div className="two-columns">
        <Field label="Start">
          <input type="number" step="any" required value={start} onChange={(event) => setStart(event.target.value)} />
        </Field>
        <Field label="Target">
          <input type="number" step="any" required value={target} onChange={(event) => setTarget(event.target.value)} />
        </Field>
        <Field label="Unit">
          <input maxLength={100} value={unit} onChange={(event) => setUnit(event.target.value)} />
        </Field>
      </div>
    </FormDialog>
  );
}
