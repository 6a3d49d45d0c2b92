import { MembersDocument } from "../../api/documents";
import { useRoom } from "../../layout/room";
import { agentEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";

interface AgentSelectProps {
  readonly value: string;
  readonly onChange: (name: string) => void;
  /** The label of the empty option. */
  readonly none: string;
  readonly label?: string;
  readonly id?: string;
}

/** Selects one of the room's agents by name. */
export function AgentSelect({ value, onChange, none, label, id }: AgentSelectProps) {
  const { name } = useRoom();
  const { data } = useLiveQuery(MembersDocument, { room: name }, agentEvents);
  const names = (data?.agents ?? []).map((agent) => agent.name).sort();
  return (
    <select id={id} value={value} aria-label={label} onChange={(event) => onChange(event.target.value)}>
      <option value="">{none}</option>
      {value && !names.includes(value) && <option value={value}>{value}</option>}
      {names.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  );
}
