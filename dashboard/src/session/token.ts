/** The token is kept for the tab alone, and never stands in a URL that leaves the machine. */
export interface Token {
  readonly text: string;
  /** Made for this page at the way in: signing out ends it. */
  readonly own: boolean;
}

const KEY = "goalroom.token";
const TICKET = /^#ticket=([\w-]+)$/;

export function kept(): Token | null {
  const text = sessionStorage.getItem(KEY);
  return text ? (JSON.parse(text) as Token) : null;
}

export function keep(token: Token): void {
  sessionStorage.setItem(KEY, JSON.stringify(token));
}

export function drop(): void {
  sessionStorage.removeItem(KEY);
}

/** The ticket that `goalroom serve` printed behind the address; it leaves the address at once. */
export function takeTicket(): string | null {
  const ticket = TICKET.exec(location.hash)?.[1] ?? null;
  if (ticket) history.replaceState(null, "", location.pathname);
  return ticket;
}

/** A token for the ticket, or null where it was used already or is too old. */
export async function exchange(ticket: string): Promise<Token | null> {
  const response = await fetch("/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket }),
  });
  if (!response.ok) return null;
  const { token } = (await response.json()) as { token: string };
  return { text: token, own: true };
}
