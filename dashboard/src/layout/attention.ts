import { useEffect } from "react";
import { DecisionCountDocument, InboxCountDocument } from "../api/documents";
import { inboxEvents, proposalEvents } from "../log/invalidation";
import { useLiveQuery } from "../log/use-live-query";
import { useRoom } from "./room";

/** How much waits for the person who is signed in, by the path of the view that shows it. */
export function useAttention(): Readonly<Record<string, number>> {
  const { name } = useRoom();
  const { data } = useLiveQuery(InboxCountDocument, {}, inboxEvents);
  const decisions = useLiveQuery(DecisionCountDocument, { room: name }, proposalEvents);
  return {
    inbox: data?.inbox.totalCount ?? 0,
    room: data?.messages.nodes.filter(({ message }) => message?.room.name === name).length ?? 0,
    decisions: decisions.data?.briefing.proposals.length ?? 0,
  };
}

/** Shows in the browser's tab that something waits. */
export function useTabIcon(waits: boolean): void {
  useEffect(() => {
    document.querySelector("link[rel=icon]")?.setAttribute("href", waits ? "/logo-waiting.svg" : "/logo.svg");
  }, [waits]);
}
