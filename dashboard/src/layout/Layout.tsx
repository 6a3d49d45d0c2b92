import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { LogSign } from "../log/ConnectionStatus";
import { useSession } from "../session/session";
import { VIEWS } from "../views";
import { Mark } from "./Logo";
import { Pause } from "./PauseButton";
import { RoomSwitch } from "./RoomSwitch";
import { useRoom } from "./room";
import { Help } from "./ShortcutHelp";
import { useShortcuts } from "./shortcuts";
import { ThemeSwitch } from "./ThemeSwitch";

/** What stands around every view: where one is, where one can go, and whether what is shown is true. */
export function Shell({ children }: { children: ReactNode }) {
  const { me, mayAct, signOut } = useSession();
  const room = useRoom();
  const [location, navigate] = useLocation();
  const [helping, setHelping] = useState(false);
  const main = useRef<HTMLElement>(null);
  const [, , , path] = location.split("/");
  const view = VIEWS.find((one) => one.path === path);
  const title = room.head?.title || room.name;

  useEffect(() => {
    document.title = `${view?.name ? `${view.name} · ` : ""}${title} · Goalroom`;
  }, [view, title]);
  useShortcuts({
    go: (key) => {
      const found = VIEWS.find((one) => one.key === key);
      if (found) navigate(room.to(found.path));
    },
    help: () => setHelping(true),
  });

  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header className="side">
        <p className="brand">
          <Mark />
          <span>Goalroom</span>
        </p>
        <RoomSwitch />
        <nav aria-label="Views">
          {VIEWS.filter(({ name }) => name).map(({ path: to, name }) => (
            <Link key={to} href={room.to(to)} aria-current={view?.path === to ? "page" : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <div className="person">
          <span className="person-name" title="Signed in">
            {me.name}
            {!mayAct && (
              <span className="hint" title="This token reads everything, and changes nothing.">
                {" "}
                reads only
              </span>
            )}
          </span>
          <button type="button" className="quiet" onClick={signOut}>
            Sign out
          </button>
          <ThemeSwitch />
          <button
            type="button"
            className="quiet"
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
            onClick={() => setHelping(true)}
          >
            ?
          </button>
        </div>
      </header>
      <section className="bar" aria-label="Room">
        <LogSign />
        {room.head?.title && <p className="room-title">{room.head.title}</p>}
        <Pause />
      </section>
      <main ref={main} tabIndex={-1}>
        {children}
      </main>
      {helping && <Help onClose={() => setHelping(false)} />}
    </div>
  );
}
