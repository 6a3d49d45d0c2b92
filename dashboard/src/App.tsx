import { Redirect, Route, Switch } from "wouter";
import { RoomPage } from "./layout/RoomPage";
import { SignedIn } from "./session/SignedIn";
import { useSession } from "./session/session";

export function App() {
  return (
    <SignedIn>
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

/** Redirects to the room that was open last, or to the first. */
function FirstRoom() {
  const { rooms } = useSession();
  const last = localStorage.getItem(LAST_ROOM);
  const room = rooms.find(({ name }) => name === last) ?? rooms[0];
  if (room) return <Redirect to={`/rooms/${room.name}/now`} replace />;
  return <p className="placeholder">You are not in any room yet. An admin can add you to one.</p>;
}
