import { useCallback, useEffect, useId, useRef, useState } from "react";
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
  /** Told how many tasks it has. */
  readonly onTotal: (count: number) => void;
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
  onTotal,
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
    for (let after: string | null = null; ; ) {
      const first = Math.min(PAGE, wanted - tasks.length);
      const variables: TodoColumnQueryVariables = { room: name, filter, orderBy, first, after };
      const { room }: ColumnData = await api.query(document, variables);
      if (!room) return null;
      tasks.push(...room.tasks.nodes);
      const { hasNextPage, endCursor } = room.tasks.pageInfo;
      if (!hasNextPage || tasks.length >= wanted) return { tasks, totalCount: room.tasks.totalCount };
      after = endCursor ?? null;
    }
  }, [api, document, name, filter, orderBy, wanted]);
  const { data, refusal, isPreviousData } = useLiveFetch(fetch, taskEvents);
  const total = data?.totalCount;
  const tell = useRef(onTotal);
  tell.current = onTotal;
  useEffect(() => {
    if (total !== undefined) tell.current(total);
  }, [total]);

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
        {title} <span className="soft">{data && formatNumber(data.totalCount)}</span>
      </h2>
      {showsRefusal && refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data && !refusal && <p className="soft">Loading…</p>}
      <div className="column-cards">
        {data && (
          <ul>
            {data.tasks.map((task) => (
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
