import { useLocation } from "wouter";
import { useSession } from "../session/session";
import { useRoom } from "./room";

/** Switches to another room, in the view that is open. */
export function RoomSwitch() {
  const { rooms } = useSession();
  const room = useRoom();
  const [location, navigate] = useLocation();
  const view = location.split("/")[3] ?? "now";

  return (
    <label className="room-switch">
      <span className="label">Room</span>
      <select value={room.name} onChange={(event) => navigate(`/rooms/${event.target.value}/${view}`)}>
        {!rooms.some(({ name }) => name === room.name) && (
          <option value={room.name}>{room.info?.archivedAt ? `${room.name} (archived)` : room.name}</option>
        )}
        {rooms.map(({ id, name, title }) => (
          <option key={id} value={name}>
            {title || name}
          </option>
        ))}
      </select>
    </label>
  );
}
