import type { ReactNode } from "react";
import { useSession } from "./session";

/** Its children, but for those who may only read. */
export function CanWrite({ children }: { children: ReactNode }) {
  return useSession().canWrite ? children : null;
}
