import { Suspense, useEffect, useMemo, useState } from "react";
import { Route, Switch } from "wouter";
import { RoomHeadDocument } from "../api/documents";
import { Refused } from "../components/ErrorMessage";
import { ofTheRoom } from "../log/invalidation";
import { RoomLog } from "../log/room-log";
import { LogContext, useLive } from "../log/use-live-query";
import { useSession } from "../session/session";
import { VIEWS } from "../views";
import { Shell } from "./Layout";
import { type OpenRoom, RoomContext } from "./room";
import { NoticesHere } from "./Toasts";

/** One room: its log is followed for as long as it is open, whatever view of it is shown. */
export function RoomPage({ name }: { name: string }) {
  const { api } = useSession();
  const [log, setLog] = useState<RoomLog | null>(null);

  useEffect(() => {
    const made = new RoomLog(api, name);
    setLog(made);
    localStorage.setItem("goalroom.room", name);
    return () => made.stop();
  }, [api, name]);

  if (!log) return null;
  return (
    <LogContext value={log}>
      <NoticesHere>
        <Opened name={name} />
      </NoticesHere>
    </LogContext>
  );
}

function Opened({ name }: { name: string }) {
  const { data, refusal } = useLive(RoomHeadDocument, { room: name }, ofTheRoom);
  const head = data?.room ?? null;
  const room = useMemo<OpenRoom>(
    () => ({ name, head, to: (view, rest) => `/rooms/${name}/${view}${rest ? `/${rest}` : ""}` }),
    [name, head],
  );
  return (
    <RoomContext value={room}>
      <Shell>
        {refusal && !refusal.passes ? (
          <Refused refusal={refusal} />
        ) : (
          <Suspense fallback={<p className="waiting">Opening…</p>}>
            <Switch>
              {VIEWS.map(({ path, View }) => (
                <Route key={path} path={`/rooms/${name}/${path}/*?`}>
                  {(params) => <View rest={params["*"] ?? ""} />}
                </Route>
              ))}
              <Route>
                <p className="waiting">There is no such page.</p>
              </Route>
            </Switch>
          </Suspense>
        )}
      </Shell>
    </RoomContext>
  );
}
