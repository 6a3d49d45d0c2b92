import { type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { RoomInfoDocument } from "../api/documents";
import type { Refusal } from "../api/refusal";
import { ErrorMessage } from "../components/ErrorMessage";
import { roomUpdates } from "../log/invalidation";
import { RoomLog } from "../log/room-log";
import { LogContext, useLiveQuery, useLogStatus } from "../log/use-live-query";
import { SessionContext, useSession } from "../session/session";
import { preloadViews, viewsFor } from "../views";
import { ActsProvider } from "../views/task/acts/ActsProvider";
import { CommandContext, CommandList } from "./commands";
import { ErrorBoundary } from "./ErrorBoundary";
import { Layout } from "./Layout";
import { type OpenRoom, RoomContext } from "./room";
import { Shell } from "./Shell";
import { ToastProvider } from "./Toasts";

/** One room. Its log is followed for as long as the room is open, whichever view is shown. */
export function RoomPage({ name }: { name: string }) {
  const { api } = useSession();
  const [log, setLog] = useState<RoomLog | null>(null);

  useEffect(() => {
    const created = new RoomLog(api, name);
    setLog(created);
    localStorage.setItem("goalroom.room", name);
    return () => created.stop();
  }, [api, name]);

  useEffect(preloadViews, []);

  if (!log) return <Shell />;
  return (
    <LogContext value={log}>
      <ToastProvider>
        <RoomViews name={name} />
      </ToastProvider>
    </LogContext>
  );
}

/** What these views change goes on in an archived room: one's inbox, agents with their tokens, and who outside is told. */
const BEYOND_THE_ROOM: ReadonlySet<string> = new Set(["inbox", "agents", "webhooks"]);

function RoomViews({ name }: { name: string }) {
  const { data, refusal } = useLiveQuery(RoomInfoDocument, { room: name }, roomUpdates);
  const info = data?.room ?? null;
  const session = useSession();
  const { role } = session;
  // Nothing in an archived room can be changed, so nothing of that is offered.
  const isArchived = Boolean(info?.archivedAt);
  const inRoom = useMemo(() => (isArchived ? { ...session, canWrite: false } : session), [session, isArchived]);
  const [commands] = useState(() => new CommandList());
  const [location] = useLocation();
  const room = useMemo<OpenRoom>(
    () => ({ name, info, to: (view, rest) => `/rooms/${name}/${view}${rest ? `/${rest}` : ""}` }),
    [name, info],
  );
  return (
    <RoomContext value={room}>
      <SessionContext value={inRoom}>
        <CommandContext value={commands}>
          <ActsProvider>
            <Layout>
              <UnlessRefused refusal={refusal}>
                <ErrorBoundary at={location}>
                  <Suspense fallback={<p className="placeholder">Loading…</p>}>
                    <Switch>
                      {viewsFor(role).map(({ path, View }) => (
                        <Route key={path} path={`/rooms/${name}/${path}/*?`}>
                          {(params) => (
                            <SessionContext value={BEYOND_THE_ROOM.has(path) ? session : inRoom}>
                              <View rest={params["*"] ?? ""} />
                            </SessionContext>
                          )}
                        </Route>
                      ))}
                      <Route>
                        <p className="placeholder">
                          There is no such page. <Link href={room.to("now")}>Go to Now</Link>
                        </p>
                      </Route>
                    </Switch>
                  </Suspense>
                </ErrorBoundary>
              </UnlessRefused>
            </Layout>
          </ActsProvider>
        </CommandContext>
      </SessionContext>
    </RoomContext>
  );
}

/** Its children, or why the room can't be shown: nothing of it is asked for before its log can be read. */
function UnlessRefused({ refusal, children }: { refusal: Refusal | null; children: ReactNode }) {
  const status = useLogStatus();
  const refused = status.phase === "refused" ? status.refusal : refusal?.isTransient ? null : refusal;
  return refused ? <ErrorMessage refusal={refused} /> : children;
}
