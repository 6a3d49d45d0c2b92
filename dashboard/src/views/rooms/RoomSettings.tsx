import { useState } from "react";
import { useRoom } from "../../layout/room";
import { useSession } from "../../session/session";
import { ArchivedRooms, ArchiveRoom } from "./Archive";
import { Members } from "./Members";
import { NewRoom } from "./NewRoom";
import { RulesForm } from "./RulesForm";
import "./rooms.css";

/** The room itself: its title, its rules and who is in it; and where admins make another. */
export default function RoomSettings() {
  const room = useRoom();
  const { role } = useSession();
  const [creating, setCreating] = useState(false);
  const [archiving, setArchiving] = useState(false);
  return (
    <div className="stack">
      <header className="view-head">
        <h1>
          Settings of {room.info?.title || room.name} <span className="id">{room.info?.id}</span>
        </h1>
        {role === "ADMIN" && (
          <div className="buttons">
            {room.info && !room.info.archivedAt && (
              <button type="button" className="danger" onClick={() => setArchiving(true)}>
                Archive room
              </button>
            )}
            <button type="button" onClick={() => setCreating(true)}>
              New room
            </button>
          </div>
        )}
      </header>
      <Members key={`${room.name} members`} />
      <RulesForm key={room.name} />
      {role === "ADMIN" && <ArchivedRooms />}
      {archiving && <ArchiveRoom onClose={() => setArchiving(false)} />}
      {creating && <NewRoom onClose={() => setCreating(false)} />}
    </div>
  );
}
