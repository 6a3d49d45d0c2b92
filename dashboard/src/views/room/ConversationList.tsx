import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { MakeChannelDocument, type PlacesQuery } from "../../api/documents";
import { Field, FormDialog } from "../../components/Form";
import { number } from "../../components/format";
import { PresenceDot } from "../../components/PresenceDot";
import { useRoom } from "../../layout/room";
import { useAct } from "../../layout/use-mutation";
import type { Unseen } from "./unread";

type Known = NonNullable<PlacesQuery["room"]>;

interface PlacesProps {
  readonly channels: Known["channels"];
  readonly agents: Known["agents"];
  readonly at: string;
  readonly me: string;
  /** By place: how much of the inbox tells of it. */
  readonly waiting: ReadonlyMap<string, number>;
  readonly unseen: Unseen;
}

/** Where one can talk, and where something is new. */
export function Places({ channels, agents, at, me, waiting, unseen }: PlacesProps) {
  const [making, setMaking] = useState(false);
  const here = useRef<HTMLElement>(null);
  const people = [...agents]
    .filter(({ name }) => name !== me)
    .sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));

  // biome-ignore lint/correctness/useExhaustiveDependencies: the place that is open moves into sight when it becomes another.
  useEffect(() => {
    here.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at]);

  return (
    <nav className="places" aria-label="Channels and people" ref={here}>
      <div className="places-head">
        <h2>Channels</h2>
        <button
          type="button"
          className="quiet"
          aria-label="New channel"
          title="New channel"
          onClick={() => setMaking(true)}
        >
          +
        </button>
      </div>
      <ul>
        {channels.map(({ name, topic }) => (
          <PlaceLink
            key={name}
            to={name}
            at={at}
            title={topic}
            waiting={waiting.get(name) ?? 0}
            unseen={unseen.count({ channel: name })}
          >
            <span className="soft" aria-hidden="true">
              #
            </span>
            <span className="place-name">{name}</span>
          </PlaceLink>
        ))}
      </ul>
      <div className="places-head">
        <h2>Direct</h2>
      </div>
      <ul>
        {people.map(({ id, name, presence }) => (
          <PlaceLink
            key={id}
            to={`@${name}`}
            at={at}
            title={`Direct messages with ${name}`}
            waiting={waiting.get(`@${name}`) ?? 0}
            unseen={unseen.count({ person: name })}
          >
            <PresenceDot presence={presence} />
            <span className="place-name">{name}</span>
          </PlaceLink>
        ))}
      </ul>
      {making && <MakeChannel onClose={() => setMaking(false)} />}
    </nav>
  );
}

function rank({ kind, presence }: Known["agents"][number]): number {
  return (kind === "HUMAN" ? 0 : 2) + (presence === "OFFLINE" ? 1 : 0);
}

interface PlaceLinkProps {
  readonly to: string;
  readonly at: string;
  readonly title: string;
  readonly waiting: number;
  readonly unseen: number;
  readonly children: React.ReactNode;
}

function PlaceLink({ to, at, title, waiting, unseen, children }: PlaceLinkProps) {
  const room = useRoom();
  return (
    <li>
      <Link
        href={room.to("room", to)}
        title={title}
        aria-current={to === at ? "page" : undefined}
        data-new={unseen > 0 || waiting > 0 || undefined}
      >
        {children}
        {(waiting > 0 || unseen > 0) && (
          <span className="place-new" data-for-you={waiting > 0 || undefined}>
            {number(waiting || unseen)}
            <span className="unseen">{waiting > 0 ? " for you" : " new"}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function MakeChannel({ onClose }: { onClose: () => void }) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [make, underWay] = useAct(MakeChannelDocument);

  const submit = async () => {
    const made = await make({ room: room.name, name, topic });
    if (!made?.createChannel) return;
    onClose();
    navigate(room.to("room", made.createChannel.name));
  };

  return (
    <FormDialog title="New channel" act="Make it" busy={underWay} onSubmit={submit} onClose={onClose}>
      <Field label="Name" hint="Lower case letters, digits and hyphens">
        <input
          required
          maxLength={64}
          pattern="[a-z0-9\-]+"
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label="What it is for">
        <input value={topic} onChange={(event) => setTopic(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
