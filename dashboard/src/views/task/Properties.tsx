import type { ReactNode } from "react";
import { Link } from "wouter";
import {
  AssignTaskDocument,
  type AssignTaskInput,
  TaskChoicesDocument,
  UpdateTaskDocument,
  type UpdateTaskInput,
} from "../../api/documents";
import { MemberEditor } from "../../components/agents/MemberEditor";
import { Editable, type EditorProps } from "../../components/editing/Editable";
import {
  ChecksEditor,
  ChoiceEditor,
  LongTextEditor,
  MomentEditor,
  NumberEditor,
  TextEditor,
  ThingEditor,
  WordsEditor,
} from "../../components/editing/editors";
import { Panel } from "../../components/Panel";
import type { Thing } from "../../components/pickers/things";
import { Progress } from "../../components/tasks/Progress";
import { formatDate, formatDateTime } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { useActs } from "./acts/acts";
import { PRIORITIES } from "./acts/dialogs";
import type { Task } from "./task";

interface Property<Value> {
  readonly label: string;
  readonly value: Value;
  readonly shown: ReactNode;
  readonly editor: (props: EditorProps<Value>) => ReactNode;
  readonly onSave: (value: Value) => Promise<unknown>;
  readonly onEdit?: () => void;
  readonly fixed?: boolean;
}

/** What can be changed of a task, each where it stands, and what can't. */
export function Properties({ task }: { task: Task }) {
  const { api, canWrite } = useSession();
  const acts = useActs();
  const ended = task.status === "DONE" || task.status === "CANCELLED";
  const update = (input: Omit<UpdateTaskInput, "id">) =>
    api.mutate(UpdateTaskDocument, { input: { id: task.id, ...input } });
  const assign = (input: Omit<AssignTaskInput, "task">) =>
    api.mutate(AssignTaskDocument, { input: { task: task.id, ...input } });

  const property = <Value,>({ label, value, shown, ...more }: Property<Value>, always = false) => ({
    label,
    isShown: always || Boolean(shown),
    element: (
      <div key={label}>
        <dt>{label}</dt>
        <dd>
          <Editable of={task.id} label={label} value={value} {...more}>
            {shown}
          </Editable>
        </dd>
      </div>
    ),
  });

  const properties = [
    property<string>(
      {
        label: "Assignee",
        value: task.assignee?.name ?? "",
        shown: task.assignee && <Agent name={task.assignee.name} />,
        editor: () => null,
        onSave: async () => undefined,
        onEdit: () => acts.assign([task.id]),
        fixed: ended,
      },
      true,
    ),
    property<string>(
      {
        label: "Priority",
        value: task.priority,
        shown: (
          <span className="priority" data-priority={task.priority}>
            {task.priority}
          </span>
        ),
        editor: (props) => <ChoiceEditor {...props} options={PRIORITIES} />,
        onSave: (priority) => update({ priority: priority as Task["priority"] }),
      },
      true,
    ),
    property<Thing | null>(
      {
        label: "Objective",
        value: task.objective,
        shown: task.objective && <ThingLink view="tree" thing={task.objective} />,
        editor: (props) => <ThingEditor {...props} kind="objective" without={[]} />,
        onSave: (objective) => update({ objective: objective?.id ?? null }),
      },
      true,
    ),
    property<readonly string[]>(
      {
        label: "Labels",
        value: task.labels,
        shown: task.labels.length > 0 && <Words words={task.labels} />,
        editor: (props) => <WordsEditor {...props} />,
        onSave: (labels) => update({ labels: [...labels] }),
      },
      true,
    ),
    property<string | null>(
      {
        label: "Due",
        value: task.dueAt,
        shown: task.dueAt && <time title={formatDateTime(task.dueAt)}>{formatDate(task.dueAt)}</time>,
        editor: (props) => <MomentEditor {...props} />,
        onSave: (dueAt) => update({ dueAt }),
      },
      true,
    ),
    property<string>(
      {
        label: "Reviewer",
        value: task.reviewer?.name ?? "",
        shown: task.reviewer && <Agent name={task.reviewer.name} />,
        editor: (props) => <MemberEditor {...props} none="Anyone who may review" />,
        onSave: (name) => assign({ reviewer: name || null }),
        fixed: ended,
      },
      true,
    ),
    property<number | null>({
      label: "Estimate",
      value: task.estimateMinutes,
      shown: task.estimateMinutes !== null && `${task.estimateMinutes} min`,
      editor: (props) => <NumberEditor {...props} least={0} />,
      onSave: (estimateMinutes) => update({ estimateMinutes }),
    }),
    property<string | null>({
      label: "Not before",
      value: task.notBefore,
      shown: task.notBefore && formatDateTime(task.notBefore),
      editor: (props) => <MomentEditor {...props} />,
      onSave: (notBefore) => update({ notBefore }),
    }),
    property<Thing | null>({
      label: "Parent",
      value: task.parent && { id: task.parent.id, title: task.parent.title },
      shown: task.parent && <ThingLink view="tasks" thing={task.parent} />,
      editor: (props) => <ThingEditor {...props} kind="task" without={[task.id]} />,
      onSave: (parent) => update({ parent: parent?.id ?? null }),
    }),
    property<readonly string[]>({
      label: "Capabilities",
      value: task.capabilities,
      shown: task.capabilities.length > 0 && <Words words={task.capabilities} />,
      editor: (props) => <WordsEditor {...props} />,
      onSave: (capabilities) => update({ capabilities: [...capabilities] }),
    }),
    property<readonly string[]>({
      label: "Resources",
      value: task.resources.map(({ name }) => name),
      shown:
        task.resources.length > 0 &&
        task.resources.map(({ name, breaker }) => `${name}${breaker === "OPEN" ? " (open)" : ""}`).join(", "),
      editor: (props) => <Choices {...props} task={task} of="resources" />,
      onSave: (resources) => update({ resources: [...resources] }),
    }),
    property<readonly string[]>({
      label: "Key results",
      value: task.keyResults.map(({ id }) => id),
      shown: task.keyResults.length > 0 && <Contributions task={task} />,
      editor: (props) => <Choices {...props} task={task} of="keyResults" />,
      onSave: (keyResults) => update({ keyResults: [...keyResults] }),
    }),
    property<string>({
      label: "Track",
      value: task.track ?? "",
      shown: task.track,
      editor: (props) => <TextEditor {...props} />,
      onSave: (track) => update({ track: track.trim() || null }),
    }),
    property<number | null>({
      label: "Track order",
      value: task.trackOrder,
      shown: task.trackOrder !== null && String(task.trackOrder),
      editor: (props) => <NumberEditor {...props} />,
      onSave: (trackOrder) => update({ trackOrder }),
    }),
    property<string>({
      label: "Role",
      value: task.role,
      shown: task.role,
      editor: (props) => <TextEditor {...props} />,
      onSave: (role) => assign({ role }),
      fixed: ended,
    }),
    property<string>({
      label: "Instructions",
      value: task.instructions,
      shown: task.instructions,
      editor: (props) => <LongTextEditor {...props} />,
      onSave: (instructions) => update({ instructions }),
    }),
  ];
  const hidden = properties.filter(({ isShown }) => !isShown);
  return (
    <Panel title="Properties">
      <dl className="pairs properties">{properties.filter(({ isShown }) => isShown).map(({ element }) => element)}</dl>
      {canWrite && hidden.length > 0 && (
        <details className="more-properties">
          <summary>More</summary>
          <dl className="pairs properties">{hidden.map(({ element }) => element)}</dl>
        </details>
      )}
      <Facts task={task} />
    </Panel>
  );
}

function Facts({ task }: { task: Task }) {
  const facts: [string, ReactNode][] = [
    ["Created by", <Agent key="creator" name={task.creator.name} />],
    ["Lost claims", task.attempts > 0 ? String(task.attempts) : null],
    ["Quiet until", task.quietUntil && formatDateTime(task.quietUntil)],
    ["Created", <Ago key="created" at={task.createdAt} />],
    ["Started", task.startedAt && <Ago at={task.startedAt} />],
    ["Last update", task.status === "DOING" && task.lastProgressAt && <Ago at={task.lastProgressAt} />],
    ["Closed", task.finishedAt && <Ago at={task.finishedAt} />],
  ];
  return (
    <dl className="pairs">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Ago({ at }: { at: string }) {
  return (
    <>
      <RelativeTime at={at} /> ago
    </>
  );
}

function Agent({ name }: { name: string }) {
  return <Link href={useRoom().to("agents", name)}>{name}</Link>;
}

function ThingLink({ view, thing }: { view: string; thing: Thing }) {
  return (
    <Link href={useRoom().to(view, thing.id)}>
      <span className="id">{thing.id}</span> {thing.title}
    </Link>
  );
}

function Words({ words }: { words: readonly string[] }) {
  return (
    <span className="words">
      {words.map((word) => (
        <span key={word} className="tag">
          {word}
        </span>
      ))}
    </span>
  );
}

function Contributions({ task }: { task: Task }) {
  return task.keyResults.map((result) => (
    <div key={result.id}>
      {result.title} <Progress value={result.progress} label={`Progress of ${result.title}`} />
    </div>
  ));
}

interface ChoicesProps extends EditorProps<readonly string[]> {
  readonly task: Task;
  readonly of: "resources" | "keyResults";
}

const never = () => false;

/** Those of the room's resources, or of the objective's key results. */
function Choices({ task, of, ...props }: ChoicesProps) {
  const { data } = useLiveQuery(TaskChoicesDocument, { id: task.id }, never);
  if (!data?.task) return <p className="hint">Loading…</p>;
  const options =
    of === "resources"
      ? data.task.room.resources.map(({ name }) => ({ key: name, label: name }))
      : (data.task.objective?.keyResults ?? []).map(({ id, title }) => ({ key: id, label: title }));
  return <ChecksEditor {...props} options={options} />;
}
