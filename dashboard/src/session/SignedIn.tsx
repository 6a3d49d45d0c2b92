import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { Api } from "../api/api";
import { EndTokenDocument, MeDocument, type MeQuery } from "../api/documents";
import { Refusal } from "../api/refusal";
import { SignIn } from "./SignIn";
import { type Session, SessionContext } from "./session";
import { clearToken, exchangeTicket, loadToken, saveToken, type Token, takeTicket } from "./token";

const SIGNED_OUT = "You were signed out: the token is not valid. It may be wrong, expired or revoked.";
const TICKET_REFUSED = "This sign-in link was used already, or has expired. Sign in with a token.";
const RETRY_MS = 2_000;

// When the page loads, before anything can read the address.
const ticket = takeTicket();
const ticketExchange = ticket === null ? null : exchangeTicket(ticket);

/** Its children if somebody is signed in, else the sign-in form. */
export function SignedIn({ children }: { children: ReactNode }) {
  const [token, setToken] = useState<Token | null>(ticketExchange ? null : loadToken);
  const [exchanging, setExchanging] = useState(ticketExchange !== null);
  const [notice, setNotice] = useState<string | null>(null);

  const signIn = useCallback((next: Token) => {
    saveToken(next);
    setNotice(null);
    setToken(next);
  }, []);
  const signOut = useCallback((why: string | null) => {
    clearToken();
    setNotice(why);
    setToken(null);
  }, []);

  useEffect(() => {
    ticketExchange
      ?.then((made) => (made ? signIn(made) : setNotice(TICKET_REFUSED)))
      .catch(() => setNotice("The server can't be reached."))
      .finally(() => setExchanging(false));
  }, [signIn]);

  if (exchanging) return <p className="placeholder">Signing in…</p>;
  if (!token) return <SignIn notice={notice} onToken={(text) => signIn({ text, own: false })} />;
  return (
    <WithToken token={token} onSignOut={signOut}>
      {children}
    </WithToken>
  );
}

interface WithTokenProps {
  token: Token;
  onSignOut: (why: string | null) => void;
  children: ReactNode;
}

function WithToken({ token, onSignOut, children }: WithTokenProps) {
  const [who, setWho] = useState<MeQuery | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  const [api, setApi] = useState<Api | null>(null);

  useEffect(() => {
    const created = new Api(token.text, () => onSignOut(SIGNED_OUT));
    let retryTimer: number | undefined;
    const identify = () =>
      created
        .query(MeDocument, {})
        .then((answer) => {
          setWho(answer);
          setUnreachable(false);
        })
        .catch((error) => {
          if (error instanceof Refusal && !error.isTransient) return onSignOut(SIGNED_OUT);
          setUnreachable(true);
          retryTimer = window.setTimeout(identify, RETRY_MS);
        });
    setApi(created);
    void identify();
    return () => {
      window.clearTimeout(retryTimer);
      created.close();
    };
  }, [token, onSignOut]);

  const session = useMemo<Session | null>(
    () =>
      api &&
      who && {
        api,
        me: who.me,
        rooms: who.rooms,
        role: who.myRole,
        canWrite: who.myRole !== "OBSERVER",
        signOut: () => {
          if (token.own) void api.mutate(EndTokenDocument, { token: token.text }).catch(() => undefined);
          onSignOut(null);
        },
      },
    [api, who, token, onSignOut],
  );

  if (!session)
    return <p className="placeholder">{unreachable ? "The server can't be reached. Trying again…" : "Loading…"}</p>;
  return <SessionContext value={session}>{children}</SessionContext>;
}
