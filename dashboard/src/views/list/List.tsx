import { useCallback, useMemo, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { ListPageDocument, type ListPageQuery, type ListRowFragment } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { TaskState } from "../../components/tasks/TaskState";
import { formatDate, formatDateTime, formatNumber } from "../../components/text/format";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useCommands } from "../../layout/commands";
import { useRoom } from "../../layout/room";
import { taskEvents } from "../../log/invalidation";
import { useLiveFetch } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { useActs } from "../task/acts/acts";
import { BulkActs } from "./BulkActs";
import { COLUMNS, type Column, type ColumnKey, columnsOf, grouped, sorted } from "./columns";
import { Filters } from "./Filters";
import { useFilter } from "./filter";
import { SavedViews } from "./SavedViews";
import "./list.css";

export type Row = ListRowFragment;

const PAGE = 200;
// What is fetched to be sorted and grouped here; the server has three orders of its own.
const MOST = 1_000;
const DRAWN = 200;

/** Tasks as a table that is filtered, sorted and grouped, with acts on many at once. All of it is in the address. */
export default function List() {
  const { api, canWrite } = useSession();
  const { name: room } = useRoom();
  const { taskFilter } = useFilter();
  const [search, setSearch] = useSearchParams();
  const [drawn, setDrawn] = useState(DRAWN);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const acts = useActs();

  const fetch = useCallback(async () => {
    const rows: Row[] = [];
    for (let after: string | null = null; ; ) {
      const variables = { room, filter: taskFilter, orderBy: "CLAIM" as const, first: PAGE, after };
      const page: ListPageQuery = await api.query(ListPageDocument, variables);
      if (!page.room) return null;
      const { nodes, totalCount, pageInfo } = page.room.tasks;
      rows.push(...nodes);
      if (!pageInfo.hasNextPage || rows.length >= MOST) return { rows, totalCount };
      after = pageInfo.endCursor ?? null;
    }
  }, [api, room, taskFilter]);
  const { data, refusal, isPreviousData } = useLiveFetch(fetch, taskEvents);

  const sort = search.get("sort") ?? "";
  const group = search.get("group") ?? "";
  const columns = columnsOf(search.get("columns"));
  const groups = useMemo(
    () => grouped(sorted(data?.rows ?? [], sort).slice(0, drawn), group),
    [data, sort, group, drawn],
  );
  // What left the list is no longer meant.
  const selected = (data?.rows ?? []).filter(({ id }) => picked.has(id)).map(({ id }) => id);
  const set = (key: string, value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(key, value);
        else next.delete(key);
        return next;
      },
      { replace: true },
    );
  const toggle = (id: string) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };

  useCommands(() => {
    if (!canWrite) return [];
    const focused = document.activeElement?.closest<HTMLElement>("[data-task]")?.dataset.task;
    const many = `the ${selected.length} selected`;
    return [
      ...(focused ? [{ name: `Select ${focused}, or not`, key: "x", run: () => toggle(focused) }] : []),
      ...(selected.length > 0
        ? [
            { name: `Assign ${many}`, key: "a", run: () => acts.assign(selected) },
            { name: `Set the priority of ${many}`, key: "p", run: () => acts.prioritise(selected) },
            { name: `Add labels to ${many}`, key: "l", run: () => acts.addLabels(selected) },
            { name: `Move ${many} to another objective`, key: "o", run: () => acts.setObjective(selected) },
            { name: `Cancel ${many}`, run: () => acts.cancel(selected) },
          ]
        : []),
    ];
  });

  return (
    <div className="list-view">
      <header className="board-head">
        <h1>List</h1>
        <Filters total={data?.totalCount} />
        <label className="inline">
          Group
          <select value={group} onChange={(event) => set("group", event.target.value)}>
            <option value="">by nothing</option>
            {COLUMNS.filter(({ groups: canGroup }) => canGroup).map(({ key, title }) => (
              <option key={key} value={key}>
                by {title.toLowerCase()}
              </option>
            ))}
          </select>
        </label>
        <ColumnMenu columns={columns} onChange={(keys) => set("columns", keys.join(","))} />
        <SavedViews view="list" />
      </header>
      {refusal && !refusal.isTransient && <ErrorMessage refusal={refusal} />}
      {!data && !refusal && <p className="placeholder">Loading…</p>}
      {data && data.rows.length === 0 && <p className="placeholder">Nothing found.</p>}
      {data && data.rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll the focused element.
        <section className="list-rows" aria-label="Tasks" tabIndex={0} data-previous={isPreviousData || undefined}>
          <table>
            <thead>
              <tr>
                {canWrite && (
                  <th scope="col">
                    <input
                      type="checkbox"
                      aria-label="Select all"
                      checked={selected.length === data.rows.length}
                      onChange={(event) =>
                        setPicked(new Set(event.target.checked ? data.rows.map(({ id }) => id) : []))
                      }
                    />
                  </th>
                )}
                {columns.map((column) => (
                  <Head key={column.key} column={column} sort={sort} onSort={(next) => set("sort", next)} />
                ))}
              </tr>
            </thead>
            {groups.map(([name, rows]) => (
              <tbody key={name}>
                {group && (
                  <tr className="list-group">
                    <th scope="rowgroup" colSpan={columns.length + 1}>
                      {name} <span className="soft">{formatNumber(rows.length)}</span>
                    </th>
                  </tr>
                )}
                {rows.map((row) => (
                  <tr key={row.id} data-item data-task={row.id} data-selected={picked.has(row.id) || undefined}>
                    {canWrite && (
                      <td>
                        <input
                          type="checkbox"
                          aria-label={`Select ${row.id}`}
                          checked={picked.has(row.id)}
                          onChange={() => toggle(row.id)}
                        />
                      </td>
                    )}
                    {columns.map(({ key }) => (
                      <td key={key} data-column={key}>
                        <Cell row={row} column={key} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            ))}
          </table>
          {drawn < data.rows.length && (
            <button type="button" className="quiet" onClick={() => setDrawn(drawn + DRAWN)}>
              Show more
            </button>
          )}
          {data.rows.length < data.totalCount && (
            <p className="empty">
              The first {formatNumber(data.rows.length)} of {formatNumber(data.totalCount)} are sorted here, in the
              order in which they would be claimed. Filter to see others.
            </p>
          )}
        </section>
      )}
      {selected.length > 0 && <BulkActs ids={selected} onClear={() => setPicked(new Set())} />}
    </div>
  );
}

interface HeadProps {
  readonly column: Column;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

/** The head of a column: a press sorts by it, the next one the other way round, the third not at all. */
function Head({ column: { key, title }, sort, onSort }: HeadProps) {
  const direction = sort === key ? "ascending" : sort === `-${key}` ? "descending" : undefined;
  const next = direction === undefined ? key : direction === "ascending" ? `-${key}` : "";
  return (
    <th scope="col" aria-sort={direction} data-column={key}>
      <button type="button" className="quiet" onClick={() => onSort(next)}>
        {title} <span aria-hidden="true">{direction && (direction === "ascending" ? "↑" : "↓")}</span>
      </button>
    </th>
  );
}

interface ColumnMenuProps {
  readonly columns: readonly Column[];
  readonly onChange: (keys: readonly ColumnKey[]) => void;
}

function ColumnMenu({ columns, onChange }: ColumnMenuProps) {
  const shown = new Set(columns.map(({ key }) => key));
  const toggle = (key: ColumnKey) => {
    const next = new Set(shown);
    if (!next.delete(key)) next.add(key);
    onChange(COLUMNS.map((one) => one.key).filter((one) => next.has(one)));
  };
  return (
    <details className="menu">
      <summary>Columns</summary>
      <fieldset className="menu-items choices">
        <legend className="visually-hidden">Columns</legend>
        {COLUMNS.filter(({ key }) => key !== "title").map(({ key, title }) => (
          <label key={key}>
            <input type="checkbox" checked={shown.has(key)} onChange={() => toggle(key)} /> {title}
          </label>
        ))}
      </fieldset>
    </details>
  );
}

function Cell({ row, column }: { row: Row; column: ColumnKey }) {
  const room = useRoom();
  switch (column) {
    case "title":
      return (
        <Link href={room.to("tasks", row.id)}>
          <span className="id">{row.id}</span> {row.title}
        </Link>
      );
    case "state":
      return <TaskState status={row.status} ready={row.ready} stale={row.stale} />;
    case "priority":
      return (
        <span className="priority" data-priority={row.priority}>
          {row.priority}
        </span>
      );
    case "assignee":
      return row.assignee && <Link href={room.to("agents", row.assignee.name)}>{row.assignee.name}</Link>;
    case "reviewer":
      return row.reviewer?.name;
    case "objective":
      return (
        row.objective && (
          <Link href={room.to("tree", row.objective.id)} title={row.objective.title}>
            <span className="id">{row.objective.id}</span> {row.objective.title}
          </Link>
        )
      );
    case "labels":
      return row.labels.join(", ");
    case "due":
      return row.dueAt && <time title={formatDateTime(row.dueAt)}>{formatDate(row.dueAt)}</time>;
    case "estimate":
      return row.estimateMinutes !== null && `${row.estimateMinutes} min`;
    case "created":
      return <RelativeTime at={row.createdAt} />;
    case "updated":
      return <RelativeTime at={row.updatedAt} />;
  }
}
