import { MembersDocument } from "../api/documents";
import { useRoom } from "../layout/room";
import { ofAgents } from "../log/invalidation";
import { useLive } from "../log/use-live-query";

interface AgentSelectProps {
  readonly value: string;
  readonly onChange: (name: string) => void;
  /** What an empty choice is called. */
  readonly none: string;
  readonly label?: string;
  readonly id?: string;
}

/** One of the room's members, by name. */
export function AgentSelect({ value, onChange, none, label, id }: AgentSelectProps) {
  const { name } = useRoom();
  const { data } = useLive(MembersDocument, { room: name }, ofAgents);
  const names = (data?.agents ?? []).map((agent) => agent.name).sort();
  return (
    <select id={id} value={value} aria-label={label} onChange={(event) => onChange(event.target.value)}>
      <option value="">{none}</option>
      {value && !names.includes(value) && <option value={value}>{value}</option>}
      {names.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}
