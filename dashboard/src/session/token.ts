/** A token is stored for this browser tab only, and is never put into a URL. */
export interface Token {
  readonly text: string;
  /** Created for this page by a sign-in link, so that signing out revokes it. */
  readonly own: boolean;
}

const STORAGE_KEY = "goalroom.token";
const TICKET = /^#ticket=([\w-]+)$/;

export function loadToken(): Token | null {
  const text = sessionStorage.getItem(STORAGE_KEY);
  return text ? (JSON.parse(text) as Token) : null;
}

export function saveToken(token: Token): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(token));
}

export function clearToken(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

/** The ticket of the sign-in link that `goalroom serve` printed. It is removed from the address at once. */
export function takeTicket(): string | null {
  const ticket = TICKET.exec(location.hash)?.[1] ?? null;
  if (ticket) history.replaceState(null, "", location.pathname);
  return ticket;
}

/** A token in exchange for the ticket, or null if that was used already or has expired. */
export async function exchangeTicket(ticket: string): Promise<Token | null> {
  const response = await fetch("/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket }),
  });
  if (!response.ok) return null;
  const { token } = (await response.json()) as { token: string };
  return { text: token, own: true };
}
