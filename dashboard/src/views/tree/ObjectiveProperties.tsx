import type { ReactNode } from "react";
import { MoveObjectiveDocument, UpdateObjectiveDocument, type UpdateObjectiveInput } from "../../api/documents";
import { MemberEditor } from "../../components/agents/MemberEditor";
import { Editable, type EditorProps } from "../../components/editing/Editable";
import { ChoiceEditor, MomentEditor, NumberEditor, ThingEditor } from "../../components/editing/editors";
import type { Thing } from "../../components/pickers/things";
import { formatDate, formatDateTime } from "../../components/text/format";
import { useSession } from "../../session/session";
import type { Objective } from "./objective";

interface RowProps<Value> {
  readonly objective: Objective;
  readonly label: string;
  readonly value: Value;
  readonly children: ReactNode;
  readonly editor: (props: EditorProps<Value>) => ReactNode;
  readonly onSave: (value: Value) => Promise<unknown>;
}

function Row<Value>({ objective, label, ...more }: RowProps<Value>) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Editable of={objective.id} label={label} {...more} />
      </dd>
    </div>
  );
}

const STANDING = [
  { key: "no", label: "No", detail: "it is done when all of it is done" },
  { key: "yes", label: "Yes", detail: "it never finishes" },
];

/** What can be changed of an objective, each where it stands. */
export function ObjectiveProperties({ objective }: { objective: Objective }) {
  const { api } = useSession();
  const { id, owner, dueAt, weight, standing } = objective;
  const update = (input: Omit<UpdateObjectiveInput, "id">) =>
    api.mutate(UpdateObjectiveDocument, { input: { id, ...input } });
  const parent: Thing | null = objective.ancestors.at(-1) ?? null;
  return (
    <dl className="pairs properties">
      <Row
        objective={objective}
        label="Owner"
        value={owner?.name ?? ""}
        editor={(props) => <MemberEditor {...props} none="no owner" />}
        onSave={(name) => update({ owner: name || null })}
      >
        {owner?.name}
      </Row>
      <Row<string | null>
        objective={objective}
        label="Due"
        value={dueAt}
        editor={(props) => <MomentEditor {...props} />}
        onSave={(next) => update({ dueAt: next })}
      >
        {dueAt && <time title={formatDateTime(dueAt)}>{formatDate(dueAt)}</time>}
      </Row>
      <Row<Thing | null>
        objective={objective}
        label="Parent"
        value={parent}
        editor={(props) => <ThingEditor {...props} kind="objective" without={[id]} />}
        onSave={(next) => api.mutate(MoveObjectiveDocument, { id, parent: next?.id ?? null })}
      >
        {parent ? (
          <>
            <span className="id">{parent.id}</span> {parent.title}
          </>
        ) : (
          "Top level"
        )}
      </Row>
      <Row<number | null>
        objective={objective}
        label="Weight"
        value={weight}
        editor={(props) => <NumberEditor {...props} least={0} fractions required />}
        onSave={(next) => update({ weight: next })}
      >
        {String(weight)}
      </Row>
      <Row
        objective={objective}
        label="Standing"
        value={standing ? "yes" : "no"}
        editor={(props) => <ChoiceEditor {...props} options={STANDING} />}
        onSave={(next) => update({ standing: next === "yes" })}
      >
        {standing ? "Yes: it never finishes" : "No"}
      </Row>
    </dl>
  );
}
