import { useState } from "react";
import { PauseRoomDocument } from "../api/documents";
import { Dialog } from "../components/Dialog";
import { useRoom } from "./room";
import { useAct } from "./use-mutation";

/** The stop button: nothing can be claimed while the room is paused. */
export function Pause() {
  const { name, head } = useRoom();
  const [asking, setAsking] = useState(false);
  const [act, underWay] = useAct(PauseRoomDocument);
  if (!head) return null;

  const set = async (paused: boolean) => {
    setAsking(false);
    await act({ room: name, paused }, paused ? "Paused: nothing can be claimed." : "Resumed.");
  };

  if (head.settings.paused)
    return (
      <div className="paused">
        <strong>Paused</strong>
        <span className="hint">Nothing can be claimed. What is held goes on.</span>
        <button type="button" className="primary" disabled={underWay} onClick={() => set(false)}>
          Resume
        </button>
      </div>
    );
  return (
    <>
      <button type="button" disabled={underWay} onClick={() => setAsking(true)}>
        Pause room
      </button>
      {asking && (
        <Dialog title={`Pause ${head.title || name}?`} onClose={() => setAsking(false)}>
          <p>No agent can claim a task until somebody resumes the room. What is held goes on.</p>
          <div className="buttons">
            <button type="button" onClick={() => setAsking(false)}>
              Cancel
            </button>
            <button type="button" className="danger" onClick={() => set(true)}>
              Pause room
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
