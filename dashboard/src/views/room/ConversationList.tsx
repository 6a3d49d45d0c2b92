import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { type ConversationsQuery, CreateChannelDocument } from "../../api/documents";
import { PresenceDot } from "../../components/agents/PresenceDot";
import { Field, FormDialog } from "../../components/forms/Form";
import { formatNumber } from "../../components/text/format";
import { useRoom } from "../../layout/room";
import { useMutation } from "../../layout/use-mutation";
import { CanWrite } from "../../session/CanWrite";
import type { Unread } from "./unread";

type RoomData = NonNullable<ConversationsQuery["room"]>;

interface ConversationListProps {
  readonly channels: RoomData["channels"];
  readonly agents: RoomData["agents"];
  /** The slug of the one that is open. */
  readonly open: string;
  readonly me: string;
  /** By slug: how many items of the inbox are about it. */
  readonly inboxCounts: ReadonlyMap<string, number>;
  readonly unread: Unread;
  /** The slugs of those in which something was said lately, the newest last. */
  readonly recent: readonly string[];
}

/** The channels and the direct messages, with what is unread in each. */
export function ConversationList({ channels, agents, open, me, inboxCounts, unread, recent }: ConversationListProps) {
  const [creating, setCreating] = useState(false);
  const list = useRef<HTMLElement>(null);
  const spoken = ({ name }: RoomData["agents"][number]) => recent.lastIndexOf(`@${name}`);
  const people = [...agents]
    .filter(({ name }) => name !== me)
    .sort((one, other) => spoken(other) - spoken(one) || rank(one) - rank(other) || one.name.localeCompare(other.name));

  // biome-ignore lint/correctness/useExhaustiveDependencies: when another conversation is opened, it is scrolled into view.
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [open]);

  return (
    <nav className="conversation-list" aria-label="Channels and people" ref={list}>
      <div className="conversation-list-head">
        <h2>Channels</h2>
        <CanWrite>
          <button
            type="button"
            className="quiet"
            aria-label="New channel"
            title="New channel"
            onClick={() => setCreating(true)}
          >
            +
          </button>
        </CanWrite>
      </div>
      <ul>
        {channels.map(({ name, topic }) => (
          <ConversationLink
            key={name}
            to={name}
            open={open}
            title={topic}
            inboxCount={inboxCounts.get(name) ?? 0}
            unread={unread.count({ channel: name })}
          >
            <span className="soft" aria-hidden="true">
              #
            </span>
            <span className="conversation-name">{name}</span>
          </ConversationLink>
        ))}
      </ul>
      <div className="conversation-list-head">
        <h2>Direct messages</h2>
      </div>
      <ul>
        {people.map(({ id, name, presence }) => (
          <ConversationLink
            key={id}
            to={`@${name}`}
            open={open}
            title={`Direct messages with ${name}`}
            inboxCount={inboxCounts.get(`@${name}`) ?? 0}
            unread={unread.count({ person: name })}
          >
            <PresenceDot presence={presence} />
            <span className="conversation-name">
              <Name name={name} />
            </span>
          </ConversationLink>
        ))}
      </ul>
      {creating && <CreateChannel onClose={() => setCreating(false)} />}
    </nav>
  );
}

const TAIL = 10;

/** A name that is cut in the middle where there is no room: long ones often begin alike. */
function Name({ name }: { name: string }) {
  return (
    <>
      <span className="conversation-name-head" aria-hidden="true">
        {name.slice(0, -TAIL)}
      </span>
      <span aria-hidden="true">{name.slice(-TAIL)}</span>
      <span className="visually-hidden">{name}</span>
    </>
  );
}

function rank({ kind, presence }: RoomData["agents"][number]): number {
  return (kind === "HUMAN" ? 0 : 2) + (presence === "OFFLINE" ? 1 : 0);
}

interface ConversationLinkProps {
  readonly to: string;
  /** The slug of the one that is open. */
  readonly open: string;
  readonly title: string;
  readonly inboxCount: number;
  readonly unread: number;
  readonly children: React.ReactNode;
}

function ConversationLink({ to, open, title, inboxCount, unread, children }: ConversationLinkProps) {
  const room = useRoom();
  return (
    <li>
      <Link
        href={room.to("room", to)}
        title={title}
        aria-current={to === open ? "page" : undefined}
        data-unread={unread > 0 || inboxCount > 0 || undefined}
      >
        {children}
        {(inboxCount > 0 || unread > 0) && (
          <span className="conversation-badge" data-for-you={inboxCount > 0 || undefined}>
            {formatNumber(inboxCount || unread)}
            <span className="visually-hidden">{inboxCount > 0 ? " for you" : " new"}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function CreateChannel({ onClose }: { onClose: () => void }) {
  const room = useRoom();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [create, disabled] = useMutation(CreateChannelDocument);

  const submit = async () => {
    const created = await create({ room: room.name, name, topic });
    if (!created?.createChannel) return;
    onClose();
    navigate(room.to("room", created.createChannel.name));
  };

  return (
    <FormDialog title="New channel" submitLabel="Create" disabled={disabled} onSubmit={submit} onClose={onClose}>
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
      <Field label="Topic">
        <input value={topic} onChange={(event) => setTopic(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
