import { useCallback, useId, useLayoutEffect, useRef, useState } from "react";
import type {
  ColumnEndFragment,
  TaskFilter,
  TaskOrder,
  TodoColumnQueryVariables,
  TypedDocumentString,
} from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { formatNumber } from "../../components/text/format";
import { useRoom } from "../../layout/room";
import { taskEvents } from "../../log/invalidation";
import { useLiveFetch } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { Card, type CardTask } from "./Card";

interface ColumnData {
  readonly room: { readonly tasks: ColumnEndFragment & { readonly nodes: readonly CardTask[] } } | null;
}

/** All columns take the same variables. */
export type ColumnDocument = TypedDocumentString<ColumnData, TodoColumnQueryVariables>;

/** What a column was told, and when it had asked: a task stands in one column alone, that which was told of it last. */
export interface ColumnAnswer {
  readonly askedAt: number;
  readonly ids: ReadonlySet<string>;
  readonly total: number;
}

interface ColumnProps {
  readonly title: string;
  readonly document: ColumnDocument;
  /** Must be memoised. */
  readonly filter: TaskFilter;
  readonly orderBy: TaskOrder;
  /** Shown only while it has tasks. */
  readonly optional?: boolean;
  /** A refusal is that of all columns: one of them shows it. */
  readonly showsRefusal?: boolean;
  readonly onAnswer: (answer: ColumnAnswer) => void;
  /** Cards that others have been told of since. */
  readonly movedOn: ReadonlySet<string>;
  /** Told which card is being dragged, and null when it no longer is; without, cards can't be. */
  readonly onDrag: ((id: string | null) => void) | undefined;
  /** A card that is being dragged can be dropped here. */
  readonly onDrop: (() => void) | undefined;
}

const FIRST_PAGE = 40;
const PAGE = 200;

/** One column of the board. Each asks for itself, page by page, so that no query is too large whatever the room holds. */
export function Column({
  title,
  document,
  filter,
  orderBy,
  optional = false,
  showsRefusal = false,
  onAnswer,
  movedOn,
  onDrag,
  onDrop,
}: ColumnProps) {
  const { name } = useRoom();
  const { api } = useSession();
  const heading = useId();
  const [wanted, setWanted] = useState(FIRST_PAGE);
  const [over, setOver] = useState(false);

  const fetch = useCallback(async () => {
    const tasks: CardTask[] = [];
    const askedAt = performance.now();
    for (let after: string | null = null; ; ) {
      const first = Math.min(PAGE, wanted - tasks.length);
      const variables: TodoColumnQueryVariables = { room: name, filter, orderBy, first, after };
      const { room }: ColumnData = await api.query(document, variables);
      if (!room) return null;
      tasks.push(...room.tasks.nodes);
      const { hasNextPage, endCursor } = room.tasks.pageInfo;
      if (!hasNextPage || tasks.length >= wanted) return { tasks, totalCount: room.tasks.totalCount, askedAt };
      after = endCursor ?? null;
    }
  }, [api, document, name, filter, orderBy, wanted]);
  const { data, refusal, isPreviousData } = useLiveFetch(fetch, taskEvents);
  const tell = useRef(onAnswer);
  tell.current = onAnswer;
  // Before anything is drawn, as a card would be seen twice for a frame.
  useLayoutEffect(() => {
    if (!data) return;
    const { askedAt, tasks, totalCount } = data;
    tell.current({ askedAt, ids: new Set(tasks.map(({ id }) => id)), total: totalCount });
  }, [data]);
  const cards = data?.tasks.filter(({ id }) => !movedOn.has(id)) ?? [];
  const total = data ? data.totalCount - (data.tasks.length - cards.length) : undefined;

  if (optional && !total) return null;
  return (
    <section
      className="column"
      aria-labelledby={heading}
      aria-busy={isPreviousData}
      data-previous={isPreviousData || undefined}
      data-empty={total === 0 || undefined}
      data-target={onDrop !== undefined || undefined}
      data-over={(over && onDrop !== undefined) || undefined}
      onDragOver={(event) => {
        if (!onDrop) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop?.();
      }}
    >
      <h2 id={heading}>
        {title} <span className="soft">{total !== undefined && formatNumber(total)}</span>
      </h2>
      {showsRefusal && refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data && !refusal && <p className="soft">Loading…</p>}
      <div className="column-cards">
        {data && (
          <ul>
            {cards.map((task) => (
              <Card key={task.id} task={task} onDrag={onDrag} />
            ))}
          </ul>
        )}
        {data && data.totalCount > data.tasks.length && (
          <button type="button" className="quiet" onClick={() => setWanted(data.tasks.length + PAGE)}>
            Show more
          </button>
        )}
      </div>
    </section>
  );
}
