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

const LAST = "goalroom.room";

/** Into the room where this person was last, or their first. */
function FirstRoom() {
  const { rooms } = useSession();
  const last = localStorage.getItem(LAST);
  const room = rooms.find(({ name }) => name === last) ?? rooms[0];
  if (room) return <Redirect to={`/rooms/${room.name}/now`} replace />;
  return <p className="waiting">You are in no room yet. An admin lets you into one.</p>;
}
