import { Redirect, Route, Switch } from "wouter";
import type { Api } from "./api/api";
import { RoomPage } from "./layout/RoomPage";
import { askAheadForLog } from "./log/room-log";
import { SignedIn } from "./session/SignedIn";
import { useSession } from "./session/session";

export function App() {
  return (
    <SignedIn askAhead={askAhead}>
      <Switch>
        <Route path="/rooms/:room/*?">{({ room }) => <RoomPage key={room} name={room} />}</Route>
        <Route>
          <FirstRoom />
        </Route>
      </Switch>
    </SignedIn>
  );
}

const LAST_ROOM = "goalroom.room";

function askAhead(api: Api): void {
  const room = /^\/rooms\/([^/]+)/.exec(location.pathname)?.[1] ?? localStorage.getItem(LAST_ROOM);
  if (room) askAheadForLog(api, room);
}

/** Redirects to the room that was open last, or to the first. */
function FirstRoom() {
  const { rooms } = useSession();
  const last = localStorage.getItem(LAST_ROOM);
  const room = rooms.find(({ name }) => name === last) ?? rooms[0];
  if (room) return <Redirect to={`/rooms/${room.name}/now`} replace />;
  return <p className="placeholder">You are not in any room yet. An admin can add you to one.</p>;
}
