import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import {
  RoomMembersDocument,
  type RoomMembersQuery,
  RoomsOfAgentDocument,
  SetRoomsOfAgentDocument,
} from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { ErrorMessage } from "../../components/ErrorMessage";
import { Field, FormDialog } from "../../components/forms/Form";
import { Panel } from "../../components/Panel";
import { RelativeTime } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { useToasts } from "../../layout/Toasts";
import { useAttempt } from "../../layout/use-attempt";
import { agentEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";

type Member = NonNullable<RoomMembersQuery["room"]>["agents"][number];

/** Who is in the room. Admins let others in, and take members out. */
export function Members() {
  const room = useRoom();
  const { role } = useSession();
  const { data, refusal, refetch } = useLiveQuery(RoomMembersDocument, { room: room.name }, agentEvents);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [moveMember, moving] = useMembership();

  if (!data?.room) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const members = data.room.agents;
  const isAdmin = role === "ADMIN";
  const takeOut = async ({ name }: Member) => {
    if (await moveMember(name, (rooms) => rooms.filter((one) => one !== room.name), `${name} is out.`))
      setLeaving(null);
    refetch();
  };
  return (
    <Panel title="Members" count={members.length}>
      <ul className="lines">
        {members.map((member) => (
          <li key={member.id} className="line">
            <PresenceDot presence={member.presence} />
            <Link className="line-title" href={room.to("agents", member.name)}>
              {member.name}
            </Link>
            <span className="line-more">
              {member.kind === "HUMAN" && <span className="tag">person</span>}
              {member.lastSeenAt ? (
                <span className="member-seen">
                  last seen <RelativeTime at={member.lastSeenAt} /> ago
                </span>
              ) : (
                <span className="member-seen">never seen</span>
              )}
              {isAdmin && (
                <button
                  type="button"
                  className="danger"
                  aria-label={`Take out ${member.name}`}
                  onClick={() => setLeaving(member)}
                >
                  Take out
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {isAdmin && <LetIn members={members} onChange={refetch} />}
      {leaving && (
        <FormDialog
          title={`Take ${leaving.name} out?`}
          submitLabel="Take out"
          danger
          disabled={moving}
          onSubmit={() => takeOut(leaving)}
          onClose={() => setLeaving(null)}
        >
          <p>What {leaving.name} holds in this room goes back, and it no longer sees the room.</p>
        </FormDialog>
      )}
    </Panel>
  );
}

/** The API takes all rooms of an agent, so those that it is in are asked for first. */
function useMembership() {
  const { api } = useSession();
  const { showSuccess } = useToasts();
  const [attempt, pending] = useAttempt();
  const move = (agent: string, change: (rooms: string[]) => string[], success: string) =>
    attempt(async () => {
      const found = await api.query(RoomsOfAgentDocument, { agent });
      const rooms = change((found.agent?.rooms ?? []).map(({ name }) => name));
      await api.mutate(SetRoomsOfAgentDocument, { agent, rooms });
      showSuccess(success);
      return true;
    });
  return [move, pending] as const;
}

function LetIn({ members, onChange }: { members: readonly Member[]; onChange: () => void }) {
  const room = useRoom();
  const [name, setName] = useState("");
  const [moveMember, moving] = useMembership();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const agent = name.trim().replace(/^@/, "");
    const join = (rooms: string[]) => [...new Set([...rooms, room.name])];
    if (await moveMember(agent, join, `${agent} is in.`)) setName("");
    onChange();
  };
  const isMember = members.some((member) => member.name === name.trim());
  return (
    <form className="let-in padded" onSubmit={submit}>
      <Field label="Let in" hint="The name of an agent or a person. New ones are made under Agents.">
        <input
          required
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <button type="submit" disabled={moving || isMember}>
        Let in
      </button>
    </form>
  );
}
