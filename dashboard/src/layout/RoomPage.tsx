import { Suspense, useEffect, useMemo, useState } from "react";
import { Route, Switch } from "wouter";
import { RoomInfoDocument } from "../api/documents";
import { ErrorMessage } from "../components/ErrorMessage";
import { roomUpdates } from "../log/invalidation";
import { RoomLog } from "../log/room-log";
import { LogContext, useLiveQuery } from "../log/use-live-query";
import { useSession } from "../session/session";
import { VIEWS } from "../views";
import { Layout } from "./Layout";
import { type OpenRoom, RoomContext } from "./room";
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

  if (!log) return null;
  return (
    <LogContext value={log}>
      <ToastProvider>
        <RoomViews name={name} />
      </ToastProvider>
    </LogContext>
  );
}

function RoomViews({ name }: { name: string }) {
  const { data, refusal } = useLiveQuery(RoomInfoDocument, { room: name }, roomUpdates);
  const info = data?.room ?? null;
  const room = useMemo<OpenRoom>(
    () => ({ name, info, to: (view, rest) => `/rooms/${name}/${view}${rest ? `/${rest}` : ""}` }),
    [name, info],
  );
  return (
    <RoomContext value={room}>
      <Layout>
        {refusal && !refusal.isTransient ? (
          <ErrorMessage refusal={refusal} />
        ) : (
          <Suspense fallback={<p className="placeholder">Loading…</p>}>
            <Switch>
              {VIEWS.map(({ path, View }) => (
                <Route key={path} path={`/rooms/${name}/${path}/*?`}>
                  {(params) => <View rest={params["*"] ?? ""} />}
                </Route>
              ))}
              <Route>
                <p className="placeholder">There is no such page.</p>
              </Route>
            </Switch>
          </Suspense>
        )}
      </Layout>
    </RoomContext>
  );
}
