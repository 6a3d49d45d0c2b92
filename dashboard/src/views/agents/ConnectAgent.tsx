import { useState } from "react";
import { type AgentKind, RegisterAgentDocument, type Role } from "../../api/documents";
import { Dialog } from "../../components/forms/Dialog";
import { Field, FormDialog } from "../../components/forms/Form";
import { parseWords } from "../../components/forms/parse-input";
import { CopyText } from "../../components/text/CopyText";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { useSession } from "../../session/session";
import { ConnectLines } from "./ConnectLines";

const ROLES: Record<Role, string> = {
  MEMBER: "Member: works on tasks",
  OBSERVER: "Observer: read-only",
  ADMIN: "Admin: sees every room, makes agents",
};

interface ConnectAgentProps {
  readonly kind: AgentKind;
  readonly onClose: () => void;
}

/** Registers an agent or a person, and shows the token once, with what to do with it. */
export function ConnectAgent({ kind, onClose }: ConnectAgentProps) {
  const room = useRoom();
  const { rooms } = useSession();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("MEMBER");
  const [joins, setJoins] = useState(room.name);
  const [capabilities, setCapabilities] = useState("");
  const [register, disabled] = useMutation(RegisterAgentDocument);
  const [made, setMade] = useState<{ readonly name: string; readonly token: string } | null>(null);

  const isPerson = kind === "HUMAN";
  if (made && isPerson) return <NewPerson name={made.name} token={made.token} onClose={onClose} />;
  if (made) return <ConnectLines agent={made.name} token={made.token} onClose={onClose} />;
  const submit = async () => {
    const input = { name: name.trim(), kind, role, rooms: [joins], capabilities: parseWords(capabilities) };
    const registered = (await register({ input }))?.registerAgent;
    if (registered) setMade({ name: registered.agent.name, token: registered.token });
  };
  return (
    <FormDialog
      title={isPerson ? "Add a person" : "Connect an agent"}
      submitLabel="Create"
      disabled={disabled}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name" hint="Lower case letters, digits, hyphens and underscores.">
        <input
          required
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          pattern="[a-z][a-z0-9_\-]*"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <div className="two-columns">
        <Field label="Role">
          <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {Object.entries(ROLES).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Room">
          <select value={joins} onChange={(event) => setJoins(event.target.value)}>
            {rooms.map((one) => (
              <option key={one.id} value={one.name}>
                {one.title || one.name}
              </option>
            ))}
          </select>
        </Field>
      </div>
      {!isPerson && (
        <Field label="Capabilities" hint="What it can do, with commas between: tasks may ask for them.">
          <input value={capabilities} onChange={(event) => setCapabilities(event.target.value)} />
        </Field>
      )}
    </FormDialog>
  );
}

function NewPerson({ name, token, onClose }: { name: string; token: string; onClose: () => void }) {
  return (
    <Dialog title={`${name} can sign in`} onClose={onClose}>
      <p>
        At <b>{location.origin}</b>, with this token. It is shown this once: hand it over where nobody else reads along.
      </p>
      <CopyText label="Token" rows={2} text={token} />
      <div className="buttons">
        <button type="button" className="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
