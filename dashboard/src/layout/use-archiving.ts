import { ArchiveRoomDocument } from "../api/documents";
import { useSession } from "../session/session";
import { useToasts } from "./Toasts";
import { useAttempt } from "./use-attempt";

/** Archives rooms and brings them back, for admins. Nothing else can be changed in one that is archived. */
export function useArchiving() {
  const { api } = useSession();
  const { showSuccess } = useToasts();
  const [attempt, pending] = useAttempt();
  const send = async (room: string, archived: boolean, paused?: boolean) => {
    const settings = paused === undefined ? null : { paused };
    const data = await attempt(() => api.mutate(ArchiveRoomDocument, { room, archived, settings }));
    return data !== undefined;
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
