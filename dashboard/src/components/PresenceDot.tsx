import type { Presence } from "../api/documents";

/** Whether somebody is here. */
export function PresenceDot({ presence }: { presence: Presence }) {
  const word = presence.toLowerCase();
  return <span className="presence" role="img" data-presence={presence} title={word} aria-label={word} />;
}
