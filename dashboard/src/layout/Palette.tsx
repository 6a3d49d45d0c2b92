import { useCallback, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { FindThingsDocument, MembersDocument } from "../api/documents";
import { Dialog } from "../components/forms/Dialog";
import { Combobox, type Option } from "../components/pickers/Combobox";
import { searchQuery } from "../components/pickers/search-query";
import { type Found, thingOf } from "../components/pickers/things";
import { useSuggestions } from "../components/pickers/use-suggestions";
import { agentEvents } from "../log/invalidation";
import { useLiveQuery } from "../log/use-live-query";
import { useSession } from "../session/session";
import { viewsFor } from "../views";
import { conversationOf, conversationSlug } from "../views/room/conversation";
import { useCommandList } from "./commands";
import { fitting } from "./fitting";
import { useRoom } from "./room";
import { useSavedViews } from "./saved-views";

interface Entry extends Option {
  readonly run: () => void;
}

const FOUND = 20;
const OF_EACH = 6;
const ABOUT = 80;

/** One field for all: what can be done, where one can go, and what the room holds. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { api, me, rooms, role } = useSession();
  const room = useRoom();
  const [, navigate] = useLocation();
  const commands = useCommandList();
  const { views } = useSavedViews();
  const [text, setText] = useState("");
  const members = useLiveQuery(MembersDocument, { room: room.name }, agentEvents).data?.agents;

  // What could be done to what had the focus, before this dialog took it.
  const [offered] = useState(() => commands.now());
  const known = useMemo(() => {
    const go = (key: string, label: string, to: string, detail: string): Entry => ({
      key: `go ${key}`,
      label,
      detail,
      group: "Go to",
      run: () => navigate(to),
    });
    const acts = offered.map(
      ({ name, key, run }): Entry => ({
        key: `do ${name}`,
        label: name,
        detail: key && <kbd>{key}</kbd>,
        group: "Do",
        run,
      }),
    );
    const places = [
      ...viewsFor(role).flatMap(({ path, name, key }) =>
        name ? [go(path, name, room.to(path), key ? `g ${key}` : "")] : [],
      ),
      ...views.map(({ name, path }) => go(`saved ${name}`, name, `/rooms/${room.name}/${path}`, "saved view")),
      ...rooms
        .filter(({ name }) => name !== room.name)
        .map(({ name, title }) => go(`room ${name}`, title || name, `/rooms/${name}/now`, "room")),
      ...(members ?? []).map(({ name }) => go(`agent ${name}`, name, room.to("agents", name), "agent")),
    ];
    return { acts, places };
  }, [offered, role, room, rooms, views, members, navigate]);

  const find = useCallback(
    async (typed: string) => {
      const query = searchQuery(typed);
      if (!query) return [];
      const variables = { room: room.name, query, first: FOUND };
      return (await api.query(FindThingsDocument, variables)).search;
    },
    [api, room.name],
  );
  const { items, busy } = useSuggestions(text, find);
  const found = text.trim() ? items.flatMap((one) => entryOf(one, room.to, me.name, navigate) ?? []) : [];
  const most = text.trim() ? OF_EACH : undefined;
  const options = [
    ...fitting(known.acts, text).slice(0, most),
    ...fitting(known.places, text).slice(0, most),
    ...["Tasks", "Objectives", "Comments", "Messages"].flatMap((group) => found.filter((one) => one.group === group)),
  ];

  return (
    <Dialog title="Search, go and do" onClose={onClose}>
      <Combobox
        label="Search, go and do"
        placeholder="An id, words, or what to do"
        inline
        autoFocus
        text={text}
        onText={setText}
        options={options}
        busy={busy}
        onChoose={({ run }) => {
          onClose();
          run();
        }}
      />
    </Dialog>
  );
}

/** What was found, as an entry that leads to it. */
function entryOf(
  found: Found,
  to: (view: string, rest: string) => string,
  me: string,
  navigate: (path: string) => void,
): Entry | null {
  const thing = thingOf(found);
  if (thing) {
    const isTask = thing.id.startsWith("T");
    return {
      key: thing.id,
      id: thing.id,
      label: thing.title,
      detail: thing.state,
      group: isTask ? "Tasks" : "Objectives",
      run: () => navigate(to(isTask ? "tasks" : "tree", thing.id)),
    };
  }
  if ("channel" in found && found.to !== undefined) {
    const message = { channel: found.channel ?? null, from: found.from ?? null, to: found.to };
    const slug = conversationSlug(conversationOf(message, me));
    return {
      key: found.id,
      label: (found.body ?? "").slice(0, ABOUT),
      detail: slug.startsWith("@") ? slug : `#${slug}`,
      group: "Messages",
      run: () => navigate(to("room", `${slug}/${found.id}`)),
    };
  }
  const about = ("task" in found && found.task) || ("objective" in found && found.objective) || null;
  if (!about) return null;
  return {
    key: found.id,
    label: ("body" in found ? (found.body ?? "") : "").slice(0, ABOUT),
    detail: `on ${about.id}`,
    group: "Comments",
    run: () => navigate(to(about.id.startsWith("T") ? "tasks" : "tree", about.id)),
  };
}
