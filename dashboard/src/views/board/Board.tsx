import { useMemo, useState } from "react";
import {
  BlockedColumnDocument,
  DoingColumnDocument,
  EndedColumnDocument,
  type Priority,
  ReviewColumnDocument,
  type TaskFilter,
  type TaskOrder,
  TodoColumnDocument,
} from "../../api/documents";
import type { Thing } from "../../components/pickers/things";
import { useSession } from "../../session/session";
import { Filters } from "../list/Filters";
import { type Filter, useFilter } from "../list/filter";
import { SavedViews } from "../list/SavedViews";
import { useActs } from "../task/acts/acts";
import type { Destination } from "../task/acts/moves";
import { NewTask } from "../task/NewTask";
import "./board.css";
import { Column, type ColumnAnswer, type ColumnDocument } from "./Column";

interface ColumnOfBoard {
  readonly title: string;
  readonly filter: TaskFilter;
  readonly order: TaskOrder;
  readonly document: ColumnDocument;
  /** What a card becomes that is dropped here; without, it can't be dropped. */
  readonly destination?: Destination;
  readonly optional?: boolean;
}

const COLUMNS: readonly ColumnOfBoard[] = [
  {
    title: "Ready",
    filter: { statuses: ["TODO"], ready: true },
    order: "CLAIM",
    document: TodoColumnDocument,
    destination: "TODO",
  },
  {
    title: "Waiting",
    filter: { statuses: ["TODO"], ready: false },
    order: "CLAIM",
    document: BlockedColumnDocument,
    destination: "TODO",
  },
  { title: "Doing", filter: { statuses: ["DOING"] }, order: "UPDATED", document: DoingColumnDocument },
  { title: "Blocked", filter: { statuses: ["BLOCKED"] }, order: "CLAIM", document: BlockedColumnDocument },
  { title: "In review", filter: { statuses: ["VALIDATING"] }, order: "CREATED", document: ReviewColumnDocument },
  { title: "Done", filter: { statuses: ["DONE"] }, order: "UPDATED", document: EndedColumnDocument },
  {
    title: "Cancelled",
    filter: { statuses: ["CANCELLED"] },
    order: "UPDATED",
    document: EndedColumnDocument,
    destination: "CANCELLED",
    optional: true,
  },
];
const NONE: ReadonlySet<string> = new Set();
const PRIORITIES: readonly Priority[] = ["P0", "P1", "P2", "P3"];

/** Tasks in columns by status. The filter is in the address, so that a filtered board can be linked and saved. */
export default function Board() {
  const { canWrite } = useSession();
  const acts = useActs();
  const [creating, setCreating] = useState(false);
  const [dragged, setDragged] = useState<string | null>(null);
  const [answers, setAnswers] = useState<Readonly<Record<string, ColumnAnswer>>>({});
  const { filter, taskFilter } = useFilter();
  const columns = useMemo(
    () =>
      COLUMNS.filter(({ filter: own }) => fits(own, taskFilter)).map((column) => ({
        ...column,
        filter: { ...taskFilter, ...column.filter },
      })),
    [taskFilter],
  );
  const movedOn = useMemo(() => columns.map(({ title }) => toldOfSince(title, columns, answers)), [columns, answers]);
  const known = columns.every(({ title }) => answers[title] !== undefined);
  const total = columns.reduce((sum, { title }) => sum + (answers[title]?.total ?? 0), 0);

  return (
    <div className="board">
      <header className="board-head">
        <h1>Board</h1>
        <Filters total={known ? total : undefined} />
        <SavedViews view="board" />
        {canWrite && (
          <button type="button" className="primary" onClick={() => setCreating(true)}>
            New task
          </button>
        )}
      </header>
      <div className="columns" data-dragging={dragged !== null || undefined}>
        {columns.map(({ title, filter: own, order, document, destination, optional }, index) => (
          <Column
            key={title}
            title={title}
            document={document}
            filter={own}
            orderBy={order}
            optional={optional === true && dragged === null}
            showsRefusal={index === 0}
            onAnswer={(answer) => setAnswers((before) => ({ ...before, [title]: answer }))}
            movedOn={movedOn[index] ?? NONE}
            onDrag={canWrite ? setDragged : undefined}
            onDrop={
              dragged !== null && destination
                ? () => {
                    acts.move([dragged], destination);
                    setDragged(null);
                  }
                : undefined
            }
          />
        ))}
      </div>
      {dragged !== null && (
        <div className="dock" role="status">
          <span className="id">{dragged}</span>
          {PRIORITIES.map((priority) => (
            <Target key={priority} label={priority} onDrop={() => acts.prioritise([dragged], priority)} />
          ))}
          <Target label="Assign…" onDrop={() => acts.assign([dragged])} />
          <Target label="Release" onDrop={() => acts.release([dragged])} />
          <Target label="Cancel…" onDrop={() => acts.cancel([dragged])} />
        </div>
      )}
      {creating && <NewTask objective={objectiveOf(filter)} onClose={() => setCreating(false)} />}
    </div>
  );
}

/** What a card is dropped on to change it where it stands. */
function Target({ label, onDrop }: { label: string; onDrop: () => void }) {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: there only while a card is dragged; its key does the same.
    <span
      className="dock-target"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        onDrop();
      }}
    >
      {label}
    </span>
  );
}

/** What another column was told of after this one had asked. */
function toldOfSince(
  own: string,
  columns: readonly { readonly title: string }[],
  answers: Readonly<Record<string, ColumnAnswer>>,
): ReadonlySet<string> {
  const askedAt = answers[own]?.askedAt ?? 0;
  const later = columns.flatMap(({ title }) => {
    const answer = answers[title];
    return title !== own && answer && answer.askedAt > askedAt ? [...answer.ids] : [];
  });
  return new Set(later);
}

function objectiveOf({ objective }: Filter): Thing | undefined {
  return objective ? { id: objective, title: "" } : undefined;
}

/** Whether a column can hold anything under this filter. */
function fits(own: TaskFilter, filter: TaskFilter): boolean {
  const among = filter.statuses ?? own.statuses;
  if (!own.statuses?.some((status) => among?.includes(status))) return false;
  return filter.ready === undefined || filter.ready === null || (own.ready ?? false) === filter.ready;
}
