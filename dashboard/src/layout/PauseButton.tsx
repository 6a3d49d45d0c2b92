import { useState } from "react";
import { PauseRoomDocument } from "../api/documents";
import { Dialog } from "../components/forms/Dialog";
import { CanWrite } from "../session/CanWrite";
import { useSession } from "../session/session";
import { useCommands } from "./commands";
import { useRoom } from "./room";
import { useArchiving } from "./use-archiving";
import { useMutation } from "./use-mutation";

/** Pauses and resumes the room. While it is paused, no task can be claimed. */
export function PauseButton() {
  const { name, info } = useRoom();
  const [confirming, setConfirming] = useState(false);
  const [updateRoom, disabled] = useMutation(PauseRoomDocument);
  const { canWrite } = useSession();
  useCommands(() => {
    if (!info || !canWrite) return [];
    return info.settings.paused
      ? [{ name: "Resume the room", run: () => void setPaused(false) }]
      : [{ name: "Pause the room", run: () => setConfirming(true) }];
  });

  const setPaused = async (paused: boolean) => {
    setConfirming(false);
    await updateRoom({ room: name, paused }, paused ? "Paused: no task can be claimed." : "Resumed.");
  };

  if (!info) return null;
  if (info.archivedAt) return <Archived />;
  if (info.settings.paused)
    return (
      <div className="paused">
        <strong>Paused</strong>
        <span className="hint">No task can be claimed. Work in progress continues.</span>
        <CanWrite>
          <button type="button" className="primary" disabled={disabled} onClick={() => setPaused(false)}>
            Resume
          </button>
        </CanWrite>
      </div>
    );
  return (
    <CanWrite>
      <button type="button" disabled={disabled} onClick={() => setConfirming(true)}>
        Pause room
      </button>
      {confirming && (
        <Dialog title={`Pause ${info.title || name}?`} onClose={() => setConfirming(false)}>
          <p>No agent can claim a task until somebody resumes the room. Work in progress continues.</p>
          <div className="buttons">
            <button type="button" onClick={() => setConfirming(false)}>
              Cancel
            </button>
            <button type="button" className="danger" onClick={() => setPaused(true)}>
              Pause room
            </button>
          </div>
        </Dialog>
      )}
    </CanWrite>
  );
}

function Archived() {
  const { name } = useRoom();
  const { role } = useSession();
  const { bringBack, pending } = useArchiving();
  return (
    <div className="paused">
      <strong>Archived</strong>
      <span className="hint">Nothing in this room can be changed.</span>
      {role === "ADMIN" && (
        <button type="button" className="primary" disabled={pending} onClick={() => bringBack(name)}>
          Bring back
        </button>
      )}
    </div>
  );
}
