import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { formatNumber } from "../components/text/format";
import { ConnectionStatus } from "../log/ConnectionStatus";
import { useSession } from "../session/session";
import { viewsFor } from "../views";
import { useActs } from "../views/task/acts/acts";
import { useTasksAskedAhead } from "../views/task/ask-ahead";
import { NewTask } from "../views/task/NewTask";
import { useAttention, useTabIcon } from "./attention";
import { useCommandList, useCommands } from "./commands";
import { Brand } from "./Logo";
import { NotificationSwitch } from "./NotificationSwitch";
import { Palette } from "./Palette";
import { PauseButton } from "./PauseButton";
import { RoomSwitch } from "./RoomSwitch";
import { useRoom } from "./room";
import { ShortcutHelp } from "./ShortcutHelp";
import { focusItem, focusSearch, taskInFocus, useShortcuts } from "./shortcuts";
import { ThemeSwitch } from "./ThemeSwitch";

/** What is around every view: navigation, the room, and the status of the connection. */
export function Layout({ children }: { children: ReactNode }) {
  const { me, role, canWrite, signOut } = useSession();
  const room = useRoom();
  const views = viewsFor(role);
  const [location, navigate] = useLocation();
  const [open, setOpen] = useState<"help" | "palette" | "task" | null>(null);
  const commands = useCommandList();
  const acts = useActs();
  const main = useRef<HTMLElement>(null);
  const nav = useRef<HTMLElement>(null);
  const [, , , path] = location.split("/");
  const view = views.find((one) => one.path === path);
  const title = room.info?.title || room.name;
  const attention = useAttention();

  useEffect(() => {
    const waiting = attention.inbox ? `(${attention.inbox}) ` : "";
    document.title = `${waiting}${view?.name ? `${view.name} · ` : ""}${title} · Goalroom`;
  }, [view, title, attention.inbox]);
  useTasksAskedAhead(main);
  useTabIcon(Object.values(attention).some((count) => count > 0));
  // On a phone the navigation scrolls.
  useEffect(() => {
    if (path) nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  useShortcuts({
    go: (key) => {
      const target = views.find((one) => one.key === key);
      if (target) navigate(room.to(target.path));
    },
    palette: () => setOpen("palette"),
    press: (key) => {
      const command = commands.now().find((one) => one.key === key);
      command?.run();
      return command !== undefined;
    },
  });
  useCommands(() => {
    const task = canWrite ? taskInFocus() : null;
    return [
      ...(canWrite ? [{ name: "New task", key: "c", run: () => setOpen("task") }] : []),
      ...(task
        ? [
            { name: `Assign ${task}`, key: "a", run: () => acts.assign([task]) },
            { name: `Set the priority of ${task}`, key: "p", run: () => acts.prioritise([task]) },
            { name: `Move ${task} on the board`, key: "m", run: () => acts.move([task]) },
            { name: `Add labels to ${task}`, key: "l", run: () => acts.addLabels([task]) },
            { name: `Move ${task} to another objective`, key: "o", run: () => acts.setObjective([task]) },
            { name: `Cancel ${task}`, run: () => acts.cancel([task]) },
          ]
        : []),
      { name: "Next in the list", key: "j", run: () => focusItem(1) },
      { name: "Previous in the list", key: "k", run: () => focusItem(-1) },
      { name: "Search in the view", key: "/", run: focusSearch },
      { name: "Keyboard shortcuts", key: "?", run: () => setOpen("help") },
    ];
  });

  return (
    <div className="layout">
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header className="sidebar">
        <Brand />
        <RoomSwitch />
        <button type="button" className="search-button" onClick={() => setOpen("palette")}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 1 0 0-9M10.5 10.5 14 14" />
          </svg>
          <span>Search</span> <kbd>Ctrl K</kbd>
        </button>
        <nav aria-label="Views" ref={nav}>
          {views
            .filter(({ name }) => name)
            .map(({ path: to, name }) => {
              const waiting = attention[to] ?? 0;
              return (
                <Link key={to} href={room.to(to)} aria-current={view?.path === to ? "page" : undefined}>
                  {name}
                  {waiting > 0 && (
                    <span className="waiting" title="Waiting for you">
                      {formatNumber(waiting)}
                    </span>
                  )}
                </Link>
              );
            })}
        </nav>
        <div className="user">
          <span className="user-name" title="Signed in">
            {me.name}
            {role === "OBSERVER" && (
              <span className="hint" title="This token can read everything and change nothing.">
                {" "}
                read-only
              </span>
            )}
          </span>
          <button type="button" className="quiet" title="In all tabs of this browser" onClick={signOut}>
            Sign out
          </button>
          <NotificationSwitch />
          <ThemeSwitch />
          <button
            type="button"
            className="quiet shortcut-button"
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
            onClick={() => setOpen("help")}
          >
            ?
          </button>
        </div>
      </header>
      <section className="topbar" aria-label="Room">
        <ConnectionStatus />
        {room.info?.title && <p className="room-title">{room.info.title}</p>}
        <PauseButton />
      </section>
      <main ref={main} tabIndex={-1}>
        {children}
      </main>
      {open === "help" && <ShortcutHelp onClose={() => setOpen(null)} />}
      {open === "palette" && <Palette onClose={() => setOpen(null)} />}
      {open === "task" && <NewTask onClose={() => setOpen(null)} />}
    </div>
  );
}
