import type { ReactNode } from "react";
import { type AgentKind, type AgentPageQuery, UpdateAgentDocument, type UpdateAgentInput } from "../../api/documents";
import { Editable } from "../../components/editing/Editable";
import { ChecksEditor, ChoiceEditor, LongTextEditor, WordsEditor } from "../../components/editing/editors";
import { useSession } from "../../session/session";

interface AgentPropertiesProps {
  readonly agent: NonNullable<AgentPageQuery["agent"]>;
  readonly onChange: () => void;
}

const KINDS: Record<AgentKind, string> = { AGENT: "Program", HUMAN: "Person" };

/** What an agent or a person is: edited by itself and by who spawned it; kind and rooms by admins alone. */
export function AgentProperties({ agent, onChange }: AgentPropertiesProps) {
  const { api, me, role, rooms } = useSession();
  const { id, name, kind, description, capabilities } = agent;
  const isAdmin = role === "ADMIN";
  const fixed = !(isAdmin || name === me.name || agent.parent?.name === me.name);
  const save = async (change: Omit<UpdateAgentInput, "agent">) => {
    await api.mutate(UpdateAgentDocument, { input: { agent: id, ...change } });
    onChange();
  };
  return (
    <>
      <Property name="Description">
        <Editable
          of={id}
          label="Description"
          value={description}
          fixed={fixed}
          editor={(props) => <LongTextEditor {...props} />}
          onSave={(next) => save({ description: next })}
        >
          {description}
        </Editable>
      </Property>
      <Property name="Capabilities">
        <Editable<readonly string[]>
          of={id}
          label="Capabilities"
          value={capabilities}
          fixed={fixed}
          editor={(props) => <WordsEditor {...props} />}
          onSave={(next) => save({ capabilities: [...next] })}
        >
          {capabilities.length > 0 && <Tags words={capabilities} />}
        </Editable>
      </Property>
      <Property name="Kind">
        <Editable<string>
          of={id}
          label="Kind"
          value={kind}
          fixed={!isAdmin}
          editor={(props) => (
            <ChoiceEditor {...props} options={Object.entries(KINDS).map(([key, label]) => ({ key, label }))} />
          )}
          onSave={(next) => save({ kind: next as AgentKind })}
        >
          {KINDS[kind]}
        </Editable>
      </Property>
      <Property name="Rooms">
        <Editable<readonly string[]>
          of={id}
          label="Rooms"
          value={agent.rooms.map((room) => room.name)}
          fixed={!isAdmin}
          editor={(props) => (
            <ChecksEditor
              {...props}
              options={rooms.map((room) => ({ key: room.name, label: room.title || room.name }))}
            />
          )}
          onSave={(next) => save({ rooms: [...next] })}
        >
          {agent.rooms.length > 0 && <Tags words={agent.rooms.map((room) => room.title || room.name)} />}
        </Editable>
      </Property>
    </>
  );
}

function Property({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Tags({ words }: { words: readonly string[] }) {
  return (
    <span className="agent-tags">
      {words.map((word) => (
        <span key={word} className="tag">
          {word}
        </span>
      ))}
    </span>
  );
}
