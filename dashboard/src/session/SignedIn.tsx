import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Api } from "../api/api";
import { MeDocument, type MeQuery } from "../api/documents";
import { Refusal } from "../api/refusal";
import { Shell } from "../layout/Shell";
import { SignIn } from "./SignIn";
import { type Session, SessionContext } from "./session";
import { signIn, signOut, takeTicket } from "./sign-in";

const SIGNED_OUT = "You were signed out.";
const TOKEN_REFUSED = "That token is not valid: it may be wrong, expired or revoked.";
const TICKET_REFUSED = "This sign-in link was used already or has expired. Sign in with a token.";
const UNREACHABLE = "The server can't be reached. Try again.";
const STILL_SIGNED_IN = "The server can't be reached, so this browser is still signed in. Reload, and sign out again.";
const RETRY_MS = 2_000;

// When the page loads, before anything can read the address.
const ticket = takeTicket();
const ticketExchange = ticket === null ? null : signIn({ ticket });

/** All tabs share the browser's session, and tell each other that it has changed. */
const otherTabs = new BroadcastChannel("goalroom.session");

interface SignedInProps {
  /** Asks what will be needed, while it is not known yet who is signed in. A constant. */
  readonly askAhead?: (api: Api) => void;
  readonly children: ReactNode;
}

/** Its children if somebody is signed in in this browser, else the sign-in form. */
export function SignedIn({ askAhead, children }: SignedInProps) {
  const [phase, setPhase] = useState<"exchanging" | "in" | "out">(ticketExchange ? "exchanging" : "in");
  // Each asks anew who is signed in.
  const [attempt, setAttempt] = useState(0);
  const [notice, setNotice] = useState<string | null>(null);
  const wasIn = useRef(false);

  const identify = useCallback(() => {
    setAttempt((last) => last + 1);
    setPhase("in");
  }, []);
  const enter = useCallback(async (exchange: Promise<boolean>, refused: string) => {
    try {
      const entered = await exchange;
      setNotice(entered ? null : refused);
      if (entered) otherTabs.postMessage("changed");
      return entered;
    } catch {
      setNotice(UNREACHABLE);
      return false;
    }
  }, []);
  const enterWithToken = async (token: string) => {
    if (await enter(signIn({ token }), TOKEN_REFUSED)) identify();
  };
  const leave = useCallback(async (everywhere: boolean) => {
    let failed = false;
    await signOut(everywhere).catch(() => {
      failed = true;
    });
    otherTabs.postMessage("changed");
    wasIn.current = false;
    setNotice(failed ? STILL_SIGNED_IN : null);
    setPhase("out");
  }, []);
  const onIdentified = useCallback(() => {
    wasIn.current = true;
    setNotice(null);
  }, []);
  const onNobody = useCallback(() => {
    if (wasIn.current) setNotice(SIGNED_OUT);
    wasIn.current = false;
    setPhase("out");
  }, []);

  useEffect(() => {
    // Where the ticket is no longer valid, who opens it may be signed in all the same.
    if (ticketExchange) void enter(ticketExchange, TICKET_REFUSED).then(identify);
    otherTabs.addEventListener("message", identify);
    return () => otherTabs.removeEventListener("message", identify);
  }, [enter, identify]);

  if (phase === "exchanging") return <Shell notice="Signing in…" />;
  if (phase === "out") return <SignIn notice={notice} onToken={(token) => void enterWithToken(token)} />;
  return (
    <WithSession
      key={attempt}
      {...(askAhead && { askAhead })}
      onIdentified={onIdentified}
      onNobody={onNobody}
      onEnded={identify}
      onSignOut={(everywhere) => void leave(everywhere)}
    >
      {children}
    </WithSession>
  );
}

interface WithSessionProps extends SignedInProps {
  onIdentified: () => void;
  /** Nobody is signed in. */
  onNobody: () => void;
  /** The session of who was signed in has ended; another may have begun. */
  onEnded: () => void;
  onSignOut: (everywhere: boolean) => void;
}

function WithSession({ askAhead, onIdentified, onNobody, onEnded, onSignOut, children }: WithSessionProps) {
  const [who, setWho] = useState<MeQuery | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  const [api, setApi] = useState<Api | null>(null);

  useEffect(() => {
    let identified = false;
    const created = new Api(() => {
      if (identified) onEnded();
      identified = false;
    });
    let retryTimer: number | undefined;
    const identify = () =>
      created
        .query(MeDocument, {})
        .then((answer) => {
          identified = true;
          setWho(answer);
          setUnreachable(false);
          onIdentified();
        })
        .catch((error) => {
          if (error instanceof Refusal && !error.isTransient) return onNobody();
          setUnreachable(true);
          retryTimer = window.setTimeout(identify, RETRY_MS);
        });
    setApi(created);
    void identify();
    askAhead?.(created);
    return () => {
      window.clearTimeout(retryTimer);
      created.close();
    };
  }, [askAhead, onIdentified, onNobody, onEnded]);

  const signOutLatest = useRef(onSignOut);
  signOutLatest.current = onSignOut;
  const session = useMemo<Session | null>(
    () =>
      api &&
      who && {
        api,
        me: who.me,
        rooms: who.rooms,
        role: who.myRole,
        canWrite: who.myRole !== "OBSERVER",
        signOut: () => signOutLatest.current(false),
        signOutEverywhere: () => signOutLatest.current(true),
      },
    [api, who],
  );

  if (!session) return unreachable ? <Shell notice="The server can't be reached. Trying again…" /> : <Shell />;
  return <SessionContext value={session}>{children}</SessionContext>;
}
