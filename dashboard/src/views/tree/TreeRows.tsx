import { useVirtualizer } from "@tanstack/react-virtual";
import { type DragEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { ObjectiveNameFragment, ObjectiveRowFragment } from "../../api/documents";
import { Progress } from "../../components/tasks/Progress";
import { formatCount, formatDate, formatDateTime, formatNumber } from "../../components/text/format";
import { isComposing } from "../../components/writing/composition";
import { useRoom } from "../../layout/room";
import type { MovingObjective, TreeRow, TreeStore } from "./tree-store";

interface TreeRowsProps {
  readonly store: TreeStore;
  readonly rows: readonly TreeRow[];
  readonly selected: string | null;
  /** The objective that is being moved. */
  readonly moving: MovingObjective | null;
  readonly onPickUp: (objective: MovingObjective | null) => void;
  readonly onDrop: (parent: string) => void;
}

const ROW_REM = 2.5;
const PAGE = 20;

/** The visible rows of a tree that may have thousands. */
export function TreeRows({ store, rows, selected, moving, onPickUp, onDrop }: TreeRowsProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const scrollArea = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      rows.findIndex(({ id }) => id === selected),
    ),
  );
  const [over, setOver] = useState<string | null>(null);
  const rowHeight = ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollArea.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const at = Math.min(active, rows.length - 1);
  const activeRow = rows[at];

  useEffect(() => {
    store.setVisible(items.flatMap(({ index }) => rows[index] ?? []));
  });
  const scrolledTo = useRef<string | null>(null);
  useLayoutEffect(() => {
    // As soon as its row exists, the selected objective is scrolled into view.
    const index = rows.findIndex(({ id }) => id === selected);
    if (selected === scrolledTo.current || index < 0) return;
    scrolledTo.current = selected;
    setActive(index);
    virtual.scrollToIndex(index, { align: "auto" });
  }, [selected, rows, virtual]);

  const activate = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    virtual.scrollToIndex(next, { align: "auto" });
  };
  const open = (row: TreeRow) => navigate(room.to("tree", row.id));
  const toggle = (row: TreeRow) => (row.expanded ? store.collapse(row.id) : store.expand(row.id));

  const handleKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (!activeRow || event.metaKey || event.ctrlKey || event.altKey) return;
    switch (event.key) {
      case "ArrowDown":
      case "j":
        activate(at + 1);
        break;
      case "ArrowUp":
      case "k":
        activate(at - 1);
        break;
      case "PageDown":
        activate(at + PAGE);
        break;
      case "PageUp":
        activate(at - PAGE);
        break;
      case "Home":
        activate(0);
        break;
      case "End":
        activate(rows.length - 1);
        break;
      case "ArrowRight":
        if (activeRow.expanded) activate(at + 1);
        else if (activeRow.node && (hasChildren(activeRow) || !activeRow.figures)) store.expand(activeRow.id);
        break;
      case "ArrowLeft":
        if (activeRow.expanded) store.collapse(activeRow.id);
        else if (activeRow.parent) activate(rows.findIndex(({ id }) => id === activeRow.parent));
        break;
      case "Enter":
        if (!moving) open(activeRow);
        else if (!store.isWithin(activeRow.id, moving.id)) onDrop(activeRow.id);
        break;
      case " ":
        open(activeRow);
        break;
      case "m":
        onPickUp(activeRow.node && { ...activeRow.node, parent: activeRow.parent });
        break;
      case "Escape":
        onPickUp(null);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const dragOver = (event: DragEvent, row: TreeRow) => {
    if (!moving || !row.node || store.isWithin(row.id, moving.id)) return;
    event.preventDefault();
    setOver(row.id);
  };

  return (
    <div
      ref={scrollArea}
      className="tree-rows"
      role="tree"
      aria-label="Objectives"
      tabIndex={0}
      aria-activedescendant={activeRow && `row-${activeRow.id}`}
      onKeyDown={handleKey}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize() }} className="tree-space">
        {items.map(({ index, start, size }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys for all of its items
            <div
              key={row.id}
              id={`row-${row.id}`}
              className="tree-row"
              role="treeitem"
              tabIndex={-1}
              aria-level={row.level}
              aria-setsize={row.siblings}
              aria-posinset={row.position}
              aria-expanded={hasChildren(row) ? row.expanded : undefined}
              aria-selected={row.id === selected}
              data-active={index === at || undefined}
              data-over={over === row.id || undefined}
              data-moving={moving?.id === row.id || undefined}
              style={{ height: size, transform: `translateY(${start}px)`, paddingLeft: `${row.level - 0.5}rem` }}
              draggable={row.node !== null}
              onClick={() => {
                setActive(index);
                open(row);
              }}
              onDragStart={(event) => {
                event.dataTransfer.setData("text/plain", row.id);
                event.dataTransfer.effectAllowed = "move";
                // Later, so that the browser takes its drag image before the rows change.
                window.setTimeout(() => row.node && onPickUp({ ...row.node, parent: row.parent }));
              }}
              onDragOver={(event) => dragOver(event, row)}
              onDragLeave={() => setOver(null)}
              onDrop={(event) => {
                event.preventDefault();
                setOver(null);
                onDrop(row.id);
              }}
              onDragEnd={() => {
                setOver(null);
                onPickUp(null);
              }}
            >
              <span
                className="tree-toggle"
                aria-hidden="true"
                data-expanded={row.expanded || undefined}
                onClick={(event) => {
                  event.stopPropagation();
                  if (hasChildren(row)) toggle(row);
                }}
              >
                {hasChildren(row) && "›"}
              </span>
              {row.node ? <Row node={row.node} figures={row.figures} /> : <Loading />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row({ node, figures }: { node: ObjectiveNameFragment; figures: ObjectiveRowFragment | null }) {
  return (
    <>
      <span className="id">{node.id}</span>
      <span className="tree-title" data-status={node.status}>
        {node.title}
      </span>
      {node.status !== "ACTIVE" && <span className="tag">{node.status.toLowerCase()}</span>}
      {node.standing && <span className="tag">standing</span>}
      {figures ? <Figures row={figures} /> : <Loading figures />}
    </>
  );
}

function Figures({ row: { id, counts, progress, owner, dueAt, keyResults, status } }: { row: ObjectiveRowFragment }) {
  const isOpen = status === "ACTIVE" || status === "DRAFT";
  return (
    <>
      {owner && (
        <span className="tree-owner" title={`Owner: ${owner.name}`}>
          {owner.name}
        </span>
      )}
      {dueAt && (
        <span
          className="tree-due"
          title={`Due ${formatDateTime(dueAt)}`}
          data-late={(isOpen && Date.parse(dueAt) < Date.now()) || undefined}
        >
          due {formatDate(dueAt)}
        </span>
      )}
      {keyResults.length > 0 && (
        <span className="tree-key-results" title={keyResults.map(describeKeyResult).join("\n")}>
          {keyResults.filter((one) => one.progress >= 1).length} of {formatCount(keyResults.length, "key result")}
        </span>
      )}
      {counts.blocked > 0 && (
        <span className="tag" data-state="BLOCKED">
          {counts.blocked} blocked
        </span>
      )}
      {counts.stale > 0 && (
        <span className="tag" data-state="STALE">
          {counts.stale} stale
        </span>
      )}
      <span className="tree-count">
        {counts.total > 0 && (
          <>
            {counts.done} / {counts.total - counts.cancelled}
            <span className="visually-hidden"> tasks done</span>
          </>
        )}
      </span>
      <Progress value={progress} label={`Progress of ${id}`} />
    </>
  );
}

/** `Rooms: 1 → 4 rooms, now 3`. */
function describeKeyResult({
  title,
  start,
  target,
  current,
  unit,
}: ObjectiveRowFragment["keyResults"][number]): string {
  const way = `${formatNumber(start)} → ${formatNumber(target)}${unit && ` ${unit}`}`;
  return `${title}: ${way}, now ${formatNumber(current)}`;
}

/** Whether it is known to have any. While its figures are missing, an expanded row counts as one that has. */
function hasChildren({ figures, expanded }: TreeRow): boolean {
  return figures ? figures.children.totalCount > 0 : expanded;
}

function Loading({ figures = false }: { figures?: boolean }) {
  return (
    <span className={figures ? "tree-loading figures" : "tree-loading"}>
      <span className="visually-hidden">Loading</span>
    </span>
  );
}
