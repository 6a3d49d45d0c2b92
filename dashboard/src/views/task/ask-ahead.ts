import { type RefObject, useEffect } from "react";
import { TaskPageDocument } from "../../api/documents";
import { useRoom } from "../../layout/room";
import { eventsOfTask } from "../../log/invalidation";
import { fetchAhead, useLog } from "../../log/use-live-query";
import { useSession } from "../../session/session";

// Whoever only passes over a link with the pointer does not open it.
const AIMED_AT_MS = 60;

/** Ask for a task as soon as a link to it is aimed at or focused, so that it opens at once. */
export function useTasksAskedAhead(within: RefObject<HTMLElement | null>): void {
  const { api } = useSession();
  const log = useLog();
  const { to } = useRoom();
  useEffect(() => {
    const element = within.current;
    if (!element) return;
    const start = to("tasks", "T");
    let timer: number | undefined;
    const ask = ({ target }: Event) => {
      window.clearTimeout(timer);
      const path = target instanceof Element ? target.closest("a")?.pathname : undefined;
      if (!path?.startsWith(start)) return;
      const id = path.slice(start.length - 1);
      timer = window.setTimeout(
        () => void fetchAhead(api, log, TaskPageDocument, { id }, eventsOfTask(id)),
        AIMED_AT_MS,
      );
    };
    element.addEventListener("pointerover", ask);
    element.addEventListener("focusin", ask);
    return () => {
      window.clearTimeout(timer);
      element.removeEventListener("pointerover", ask);
      element.removeEventListener("focusin", ask);
    };
  }, [api, log, to, within]);
}
