import { MembersDocument } from "../../api/documents";
import { useRoom } from "../../layout/room";
import { agentEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import type { EditorProps } from "../editing/Editable";
import { ChoiceEditor } from "../editing/editors";

/** One of the room's agents, or nobody; `none` says what that means. */
export function MemberEditor({ none, ...props }: EditorProps<string> & { none: string }) {
  const { name } = useRoom();
  const { data } = useLiveQuery(MembersDocument, { room: name }, agentEvents);
  const members = (data?.agents ?? []).map((agent) => ({
    key: agent.name,
    label: agent.name,
    detail: agent.presence.toLowerCase(),
  }));
  return <ChoiceEditor {...props} busy={!data} options={[{ key: "", label: "Nobody", detail: none }, ...members]} />;
}
