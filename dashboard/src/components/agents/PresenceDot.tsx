import type { Presence } from "../../api/documents";

/** A dot that shows whether an agent is online. */
export function PresenceDot({ presence }: { presence: Presence }) {
  const label = presence.toLowerCase();
  return <span className="presence" role="img" data-presence={presence} title={label} aria-label={label} />;
}
