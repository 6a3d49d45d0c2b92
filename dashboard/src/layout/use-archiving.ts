import { useState } from "react";
import { ArchiveRoomDocument } from "../api/documents";
import { useSession } from "../session/session";
import { lastPressed } from "./pressed";
import { useToasts } from "./Toasts";

/** Archives rooms and brings them back, for admins. Nothing else can be changed in one that is archived. */
export function useArchiving() {
  const { api } = useSession();
  const { showSuccess, showError } = useToasts();
  const [pending, setPending] = useState(false);
  const send = async (room: string, archived: boolean, paused?: boolean) => {
    const pressed = lastPressed();
    setPending(true);
    try {
      const settings = paused === undefined ? null : { paused };
      await api.mutate(ArchiveRoomDocument, { room, archived, settings });
      return true;
    } catch (error) {
      showError(error, pressed);
      return false;
    } finally {
      setPending(false);
    }
  };
  const bringBack = async (room: string, paused?: boolean) => {
    const isBack = await send(room, false, paused);
    if (isBack) showSuccess(`${room} is back${paused === false ? "." : ", and paused."}`);
    return isBack;
  };
  /** `paused`: whether it was, which is as it is again when this is undone. */
  const archive = async (room: string, paused: boolean) => {
    const isArchived = await send(room, true);
    if (isArchived) showSuccess(`${room} is archived.`, () => void bringBack(room, paused));
    return isArchived;
  };
  return { archive, bringBack, pending };
}
