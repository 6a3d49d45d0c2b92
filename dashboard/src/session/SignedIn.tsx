import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { Api } from "../api/api";
import { EndTokenDocument, MeDocument, type MeQuery } from "../api/documents";
import { Refusal } from "../api/refusal";
import { SignIn } from "./SignIn";
import { type Session, SessionContext } from "./session";
import { drop, exchange, keep, kept, type Token, takeTicket } from "./token";

const NO_MORE = "You were signed out: the token is not valid, or not any more.";
const USED_UP = "This way in was used already, or is too old. Sign in with a token.";
const AGAIN_MS = 2_000;

// Taken when the page loads, before anything can show the address.
const ticket = takeTicket();
const entry = ticket === null ? null : exchange(ticket);

/** Its children, where somebody is signed in; else the form for that. */
export function SignedIn({ children }: { children: ReactNode }) {
  const [token, setToken] = useState<Token | null>(entry ? null : kept);
  const [entering, setEntering] = useState(entry !== null);
  const [notice, setNotice] = useState<string | null>(null);

  const enter = useCallback((next: Token) => {
    keep(next);
    setNotice(null);
    setToken(next);
  }, []);
  const leave = useCallback((why: string | null) => {
    drop();
    setNotice(why);
    setToken(null);
  }, []);

  useEffect(() => {
    entry
      ?.then((made) => (made ? enter(made) : setNotice(USED_UP)))
      .catch(() => setNotice("The server can't be reached."))
      .finally(() => setEntering(false));
  }, [enter]);

  if (entering) return <p className="waiting">Signing in…</p>;
  if (!token) return <SignIn notice={notice} onToken={(text) => enter({ text, own: false })} />;
  return (
    <WithToken token={token} onLeave={leave}>
      {children}
    </WithToken>
  );
}

interface WithTokenProps {
  token: Token;
  onLeave: (why: string | null) => void;
  children: ReactNode;
}

function WithToken({ token, onLeave, children }: WithTokenProps) {
  const [known, setKnown] = useState<MeQuery | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  const [api, setApi] = useState<Api | null>(null);

  useEffect(() => {
    const made = new Api(token.text, () => onLeave(NO_MORE));
    let again: number | undefined;
    const ask = () =>
      made
        .ask(MeDocument, {})
        .then((answer) => {
          setKnown(answer);
          setUnreachable(false);
        })
        .catch((error) => {
          if (error instanceof Refusal && !error.passes) return onLeave(NO_MORE);
          setUnreachable(true);
          again = window.setTimeout(ask, AGAIN_MS);
        });
    setApi(made);
    void ask();
    return () => {
      window.clearTimeout(again);
      made.close();
    };
  }, [token, onLeave]);

  const session = useMemo<Session | null>(
    () =>
      api &&
      known && {
        api,
        me: known.me,
        rooms: known.rooms,
        mayAct: known.myRole !== "OBSERVER",
        signOut: () => {
          if (token.own) void api.act(EndTokenDocument, { token: token.text }).catch(() => undefined);
          onLeave(null);
        },
      },
    [api, known, token, onLeave],
  );

  if (!session)
    return <p className="waiting">{unreachable ? "The server can't be reached. Trying again…" : "Opening…"}</p>;
  return <SessionContext value={session}>{children}</SessionContext>;
}
