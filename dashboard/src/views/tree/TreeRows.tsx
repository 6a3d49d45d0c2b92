import { useVirtualizer } from "@tanstack/react-virtual";
import { type DragEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { NamedFragment, RowFragment } from "../../api/documents";
import { Progress } from "../../components/Progress";
import { useRoom } from "../../layout/room";
import type { Carried, ForestModel, TreeLine } from "./tree-store";

interface RowsProps {
  readonly model: ForestModel;
  readonly lines: readonly TreeLine[];
  readonly chosen: string | null;
  readonly carried: Carried | null;
  readonly onCarry: (carried: Carried | null) => void;
  readonly onPut: (parent: string) => void;
}

const ROW_REM = 2.5;
const PAGE = 20;

/** The lines in sight of a tree that may have thousands. */
export function Rows({ model, lines, chosen, carried, onCarry, onPut }: RowsProps) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      lines.findIndex(({ id }) => id === chosen),
    ),
  );
  const [over, setOver] = useState<string | null>(null);
  const row = ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => row,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const at = Math.min(active, lines.length - 1);
  const activeLine = lines[at];

  useEffect(() => {
    model.look(items.flatMap(({ index }) => lines[index] ?? []));
  });
  const shown = useRef<string | null>(null);
  useLayoutEffect(() => {
    // Once it is there, a chosen objective is brought into sight.
    const index = lines.findIndex(({ id }) => id === chosen);
    if (chosen === shown.current || index < 0) return;
    shown.current = chosen;
    setActive(index);
    virtual.scrollToIndex(index, { align: "auto" });
  }, [chosen, lines, virtual]);

  const goTo = (index: number) => {
    const next = Math.max(0, Math.min(lines.length - 1, index));
    setActive(next);
    virtual.scrollToIndex(next, { align: "auto" });
  };
  const choose = (line: TreeLine) => navigate(room.to("tree", line.id));
  const toggle = (line: TreeLine) => (line.open ? model.fold(line.id) : model.unfold(line.id));

  const press = (event: KeyboardEvent) => {
    if (!activeLine || event.metaKey || event.ctrlKey || event.altKey) return;
    switch (event.key) {
      case "ArrowDown":
        goTo(at + 1);
        break;
      case "ArrowUp":
        goTo(at - 1);
        break;
      case "PageDown":
        goTo(at + PAGE);
        break;
      case "PageUp":
        goTo(at - PAGE);
        break;
      case "Home":
        goTo(0);
        break;
      case "End":
        goTo(lines.length - 1);
        break;
      case "ArrowRight":
        if (activeLine.open) goTo(at + 1);
        else if (activeLine.node && (hasChildren(activeLine) || !activeLine.figures)) model.unfold(activeLine.id);
        break;
      case "ArrowLeft":
        if (activeLine.open) model.fold(activeLine.id);
        else if (activeLine.parent) goTo(lines.findIndex(({ id }) => id === activeLine.parent));
        break;
      case "Enter":
        if (!carried) choose(activeLine);
        else if (!model.isWithin(activeLine.id, carried.id)) onPut(activeLine.id);
        break;
      case " ":
        choose(activeLine);
        break;
      case "m":
        onCarry(activeLine.node);
        break;
      case "Escape":
        onCarry(null);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const dragOver = (event: DragEvent, line: TreeLine) => {
    if (!carried || !line.node || model.isWithin(line.id, carried.id)) return;
    event.preventDefault();
    setOver(line.id);
  };

  return (
    <div
      ref={scroller}
      className="tree-rows"
      role="tree"
      aria-label="Objectives"
      tabIndex={0}
      aria-activedescendant={activeLine && `row-${activeLine.id}`}
      onKeyDown={press}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize() }} className="tree-space">
        {items.map(({ index, start, size }) => {
          const line = lines[index];
          if (!line) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys for all of its items
            <div
              key={line.id}
              id={`row-${line.id}`}
              className="tree-row"
              role="treeitem"
              tabIndex={-1}
              aria-level={line.level}
              aria-setsize={line.siblings}
              aria-posinset={line.place}
              aria-expanded={hasChildren(line) ? line.open : undefined}
              aria-selected={line.id === chosen}
              data-active={index === at || undefined}
              data-over={over === line.id || undefined}
              data-carried={carried?.id === line.id || undefined}
              style={{ height: size, transform: `translateY(${start}px)`, paddingLeft: `${line.level - 0.5}rem` }}
              draggable={line.node !== null}
              onClick={() => {
                setActive(index);
                choose(line);
              }}
              onDragStart={(event) => {
                event.dataTransfer.setData("text/plain", line.id);
                event.dataTransfer.effectAllowed = "move";
                // The browser takes its picture of the row before anything around it moves.
                window.setTimeout(() => line.node && onCarry(line.node));
              }}
              onDragOver={(event) => dragOver(event, line)}
              onDragLeave={() => setOver(null)}
              onDrop={(event) => {
                event.preventDefault();
                setOver(null);
                onPut(line.id);
              }}
              onDragEnd={() => {
                setOver(null);
                onCarry(null);
              }}
            >
              <span
                className="tree-fold"
                aria-hidden="true"
                data-open={line.open || undefined}
                onClick={(event) => {
                  event.stopPropagation();
                  if (hasChildren(line)) toggle(line);
                }}
              >
                {hasChildren(line) && "›"}
              </span>
              {line.node ? <Row node={line.node} figures={line.figures} /> : <Loading />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row({ node, figures }: { node: NamedFragment; figures: RowFragment | null }) {
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

function Figures({ row: { id, counts, progress } }: { row: RowFragment }) {
  return (
    <>
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
            <span className="unseen"> tasks done</span>
          </>
        )}
      </span>
      <Progress value={progress} label={`Progress of ${id}`} />
    </>
  );
}

/** Whether it is known to have some; one that was unfolded before it was known to have none has none. */
function hasChildren({ figures, open }: TreeLine): boolean {
  return figures ? figures.children.totalCount > 0 : open;
}

function Loading({ figures = false }: { figures?: boolean }) {
  return (
    <span className={figures ? "tree-loading figures" : "tree-loading"}>
      <span className="unseen">Loading</span>
    </span>
  );
}
