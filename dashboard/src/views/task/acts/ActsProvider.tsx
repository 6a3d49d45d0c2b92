import { type ReactNode, useMemo, useState } from "react";
import { ActTasksDocument, UnblockTaskDocument } from "../../../api/documents";
import { lastPressed } from "../../../layout/pressed";
import { useToasts } from "../../../layout/Toasts";
import { useSession } from "../../../session/session";
import { type Acts, ActsContext, type CarryOut } from "./acts";
import { assigning, changesHands, prioritising } from "./changes";
import {
  AddLabels,
  Assign,
  Destinations,
  type DialogProps,
  Prioritise,
  Progress,
  Reason,
  Refusals,
  SetObjective,
} from "./dialogs";
import { type Destination, type Move, moveTo } from "./moves";
import { type ActTask, nameOf, perform } from "./perform";

const MAX_IDS = 100;

/** Offers its children what can be done to tasks; asks for what is missing, and says what came of it. */
export function ActsProvider({ children }: { children: ReactNode }) {
  const { api } = useSession();
  const { showSuccess, showError } = useToasts();
  const [dialog, setDialog] = useState<ReactNode>(null);

  const acts = useMemo<Acts>(() => {
    const close = () => setDialog(null);

    const carryOut: CarryOut = async (tasks, { done, run, undo }) => {
      const pressed = lastPressed();
      const many = tasks.length > 1;
      const show = (finished: number) => many && setDialog(<Progress finished={finished} of={tasks.length} />);
      show(0);
      const outcome = await perform(tasks, run, show);
      const takeBack = undo && (() => void carryOut(outcome.done, { done: "as before", run: undo }));
      if (outcome.done.length > 0) showSuccess(`${nameOf(outcome.done)}: ${done}.`, takeBack);
      const [refused] = outcome.refused;
      if (!refused) close();
      else if (many) setDialog(<Refusals done={done} outcome={outcome} onClose={close} />);
      // What was asked stays open, with what was typed in it.
      else showError(refused.refusal, pressed);
    };

    const withTasks = (ids: readonly string[], next: (tasks: readonly ActTask[]) => void) => {
      const fetchAll = async () => {
        const tasks: ActTask[] = [];
        for (let from = 0; from < ids.length; from += MAX_IDS) {
          const { nodes } = await api.query(ActTasksDocument, { ids: ids.slice(from, from + MAX_IDS) });
          for (const node of nodes) if (node && "priority" in node) tasks.push(node as ActTask);
        }
        return tasks;
      };
      fetchAll().then(next).catch(showError);
    };
    const asks = (Dialog: (props: DialogProps) => ReactNode) => (tasks: readonly ActTask[]) =>
      setDialog(<Dialog tasks={tasks} carryOut={carryOut} onClose={close} />);

    const moves: Record<Move, (tasks: readonly ActTask[]) => void> = {
      cancel: asks((props) => <Reason {...props} act="cancel" />),
      reopen: asks((props) => <Reason {...props} act="reopen" />),
      release: (tasks) =>
        tasks.some((task) => changesHands(task, null))
          ? asks((props) => <Assign {...props} assignee={null} />)(tasks)
          : void carryOut(tasks, assigning(api, tasks, null)),
      unblock: (tasks) =>
        void carryOut(tasks, { done: "unblocked", run: ({ id }) => api.mutate(UnblockTaskDocument, { task: id }) }),
    };
    const moveAll = (tasks: readonly ActTask[], to: Destination) => {
      const [first] = tasks;
      const move = first && moveTo(first.status, to);
      const fitting = tasks.filter(({ status }) => moveTo(status, to) === move);
      if (move) moves[move](fitting);
      else if (first) showSuccess(`${first.id} can't be moved there by hand.`);
    };

    return {
      assign: (ids) => withTasks(ids, asks(Assign)),
      prioritise: (ids, priority) =>
        withTasks(ids, (tasks) =>
          priority ? void carryOut(tasks, prioritising(api, priority)) : asks(Prioritise)(tasks),
        ),
      cancel: (ids) => withTasks(ids, moves.cancel),
      reopen: (ids) => withTasks(ids, moves.reopen),
      unblock: (ids) => withTasks(ids, moves.unblock),
      release: (ids) => withTasks(ids, moves.release),
      addLabels: (ids) => withTasks(ids, asks(AddLabels)),
      setObjective: (ids) => withTasks(ids, asks(SetObjective)),
      move: (ids, to) =>
        withTasks(ids, (tasks) =>
          to ? moveAll(tasks, to) : asks((props) => <Destinations {...props} onMove={moveAll} />)(tasks),
        ),
    };
  }, [api, showSuccess, showError]);

  return (
    <ActsContext value={acts}>
      {children}
      {dialog}
    </ActsContext>
  );
}
