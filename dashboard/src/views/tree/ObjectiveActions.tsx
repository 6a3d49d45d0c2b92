import { useState } from "react";
import { Link } from "wouter";
import { UpdateObjectiveDocument, type UpdateObjectiveInput } from "../../api/documents";
import { FormDialog } from "../../components/forms/Form";
import { formatCount } from "../../components/text/format";
import { useCommands } from "../../layout/commands";
import { useRoom } from "../../layout/room";
import { useToasts } from "../../layout/Toasts";
import { useMutation } from "../../layout/use-mutation";
import { CanWrite } from "../../session/CanWrite";
import { useSession } from "../../session/session";
import { NewTask } from "../task/NewTask";
import { AddObjective } from "./AddObjective";
import type { Objective } from "./objective";

type Change = Omit<UpdateObjectiveInput, "id">;

/** What a person can do with the objective in its present status. */
export function ObjectiveActions({ objective }: { objective: Objective }) {
  const room = useRoom();
  const [open, setOpen] = useState<"objective" | "task" | "cancel" | null>(null);
  const [update, disabled] = useMutation(UpdateObjectiveDocument);
  const { showSuccess } = useToasts();
  const { id, status, archivedAt } = objective;
  const close = () => setOpen(null);
  const { canWrite } = useSession();
  useCommands(() => (canWrite ? [{ name: `New task in ${id}`, key: "c", run: () => setOpen("task") }] : []));

  const change = async (input: Change, done: string, back?: Change) => {
    if (!(await update({ input: { id, ...input } }))) return;
    showSuccess(`${id} ${done}.`, back && (() => void update({ input: { id, ...back } })));
  };
  const ended = status === "DONE" || status === "CANCELLED";

  return (
    <div className="actions">
      <CanWrite>
        <button type="button" onClick={() => setOpen("objective")}>
          Add objective
        </button>
        <button type="button" onClick={() => setOpen("task")}>
          Add task
        </button>
        {status === "DRAFT" && (
          <button
            type="button"
            className="primary"
            disabled={disabled}
            title="Let its tasks be started"
            onClick={() => change({ status: "ACTIVE" }, "is active", { status: "DRAFT" })}
          >
            Activate
          </button>
        )}
        <details className="menu">
          <summary>Status</summary>
          <div className="menu-items">
            {status === "ACTIVE" && (
              <button
                type="button"
                disabled={disabled}
                title="No more of its tasks can be started"
                onClick={() => change({ status: "DRAFT" }, "is a draft again", { status: "ACTIVE" })}
              >
                Back to draft
              </button>
            )}
            {!ended && (
              <>
                <button
                  type="button"
                  disabled={disabled}
                  title="All below it must have ended"
                  onClick={() => change({ status: "DONE" }, "is done", { status })}
                >
                  Finish
                </button>
                <button type="button" className="danger" disabled={disabled} onClick={() => setOpen("cancel")}>
                  Cancel objective
                </button>
              </>
            )}
            {ended && (
              <button
                type="button"
                disabled={disabled}
                onClick={() => change({ status: "ACTIVE" }, "is active again", { status })}
              >
                Reopen
              </button>
            )}
            <button
              type="button"
              disabled={disabled}
              onClick={() =>
                archivedAt
                  ? change({ archived: false }, "is back in the tree", { archived: true })
                  : change({ archived: true }, "is archived", { archived: false })
              }
            >
              {archivedAt ? "Unarchive" : "Archive"}
            </button>
          </div>
        </details>
      </CanWrite>
      <nav className="inline" aria-label="Its views">
        <Link href={room.to("graph", id)}>Graph</Link>
        <Link href={`${room.to("board")}?objective=${id}`}>Board</Link>
      </nav>
      {open === "task" && <NewTask objective={objective} onClose={close} />}
      {open === "objective" && <AddObjective parent={objective} onClose={close} />}
      {open === "cancel" && (
        <FormDialog
          title={`Cancel ${id}?`}
          submitLabel="Cancel objective"
          closeLabel="Keep it"
          danger
          disabled={disabled}
          onSubmit={() => change({ status: "CANCELLED" }, "is cancelled").then(close)}
          onClose={close}
        >
          <p>{cancelled(objective)}</p>
        </FormDialog>
      )}
    </div>
  );
}

function cancelled({ title, counts, children }: Objective): string {
  const open = counts.total - counts.done - counts.cancelled;
  const below = [
    open > 0 && formatCount(open, "unfinished task"),
    children.totalCount > 0 && "the objectives below it",
  ].filter(Boolean);
  return below.length > 0
    ? `“${title}” is cancelled with ${below.join(" and ")}. That can't be undone at once.`
    : `“${title}” is cancelled. Nothing open is below it.`;
}
