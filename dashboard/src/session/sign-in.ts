const TICKET = /^#ticket=([\w-]+)$/;

/** The ticket of a sign-in link. It is removed from the address at once. */
export function takeTicket(): string | null {
  const ticket = TICKET.exec(location.hash)?.[1] ?? null;
  if (ticket) history.replaceState(null, "", location.pathname);
  return ticket;
}

/**
 * Exchange a token, or the ticket of a sign-in link, for a session. Its cookie is the browser's: no script can read it.
 * False where the token or ticket is not valid.
 */
export async function signIn(credential: { token: string } | { ticket: string }): Promise<boolean> {
  const response = await post("/login", credential);
  if (response.ok) return true;
  if (response.status < 500 && response.status !== 429) return false;
  throw new Error(`The server answered with ${response.status}.`);
}

/** End the session of this browser, or those of all browsers in which this person is signed in. */
export async function signOut(everywhere: boolean): Promise<void> {
  const response = await post("/logout", { everywhere });
  if (!response.ok) throw new Error(`The server answered with ${response.status}.`);
}

function post(path: string, content: object): Promise<Response> {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goalroom-page": "1" },
    body: JSON.stringify(content),
  });
}
