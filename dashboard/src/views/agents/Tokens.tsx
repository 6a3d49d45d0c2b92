import { useState } from "react";
import {
  AgentTokensDocument,
  type AgentTokensQuery,
  CreateTokenDocument,
  RevokeTokenDocument,
} from "../../api/documents";
import { FormDialog } from "../../components/forms/Form";
import { Panel } from "../../components/Panel";
import { formatCount, formatDate, formatDateTime } from "../../components/text/format";
import { RelativeTime, TimeUntil } from "../../components/text/RelativeTime";
import { useMutation } from "../../layout/use-mutation";
import { agentEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";
import { useSession } from "../../session/session";
import { ConnectLines } from "./ConnectLines";

type Token = NonNullable<NonNullable<AgentTokensQuery["agent"]>["tokens"]>[number];

/** An agent's live tokens: when each was last used, and new ones in their place. Only itself and admins see them. */
export function Tokens({ agent }: { agent: string }) {
  const { role, me, canWrite } = useSession();
  const { data, refetch } = useLiveQuery(AgentTokensDocument, { agent }, agentEvents);
  const [create, creating] = useMutation(CreateTokenDocument);
  const [revoke, revoking] = useMutation(RevokeTokenDocument);
  const [made, setMade] = useState<string | null>(null);
  const [ending, setEnding] = useState<Token | null>(null);
  if (!data?.agent?.tokens) return null;
  const tokens = data.agent.tokens.filter(({ browserSession }) => !browserSession);
  const browsers = data.agent.tokens.filter(({ browserSession }) => browserSession);

  const mayChange = canWrite && (role === "ADMIN" || me.name === agent);
  const disabled = creating || revoking;
  const add = async (like: Pick<Token, "label" | "role" | "expiresAt"> | null) => {
    const input = like ? { agent, label: like.label, role: like.role, expiresAt: like.expiresAt ?? null } : { agent };
    const created = await create({ input });
    if (!created?.createToken) return false;
    setMade(created.createToken.token);
    return true;
  };
  // The new one first: should the second request fail, there are two, and not none.
  const rotate = async (token: Token) => {
    if (await add(token)) await revoke({ id: token.id }, `${token.id} is replaced, and no longer valid.`);
    refetch();
  };
  const end = async (token: Token) => {
    if (await revoke({ id: token.id }, `${token.id} is no longer valid.`)) setEnding(null);
    refetch();
  };
  return (
    <>
      <Panel
        title="Tokens"
        count={tokens.length}
        empty="No live token: it can't connect."
        action={
          mayChange && (
            <button
              type="button"
              disabled={disabled}
              onClick={async () => {
                await add(null);
                refetch();
              }}
            >
              New token
            </button>
          )
        }
      >
        <ul className="lines">
          {tokens.map((token) => (
            <li key={token.id} className="token">
              <span className="id">{token.id}</span>
              <TokenFacts token={token} />
              {mayChange && (
                <span className="actions">
                  <button
                    type="button"
                    disabled={disabled}
                    title="Create one like it, and revoke this one"
                    onClick={() => rotate(token)}
                  >
                    Rotate
                  </button>
                  <button type="button" className="danger" disabled={disabled} onClick={() => setEnding(token)}>
                    Revoke
                  </button>
                </span>
              )}
            </li>
          ))}
        </ul>
        {made && <ConnectLines agent={agent} token={made} onClose={() => setMade(null)} />}
        {ending && (
          <FormDialog
            title={`Revoke ${ending.id}?`}
            submitLabel="Revoke"
            danger
            disabled={disabled}
            onSubmit={() => end(ending)}
            onClose={() => setEnding(null)}
          >
            <p>
              Who uses it is signed out at once, and so are the browsers that signed in with it.
              {tokens.length === 1
                ? ` It is the last one: all that ${agent} holds goes back.`
                : ` ${formatCount(tokens.length - 1, "other token")} stay valid.`}
            </p>
          </FormDialog>
        )}
      </Panel>
      <Browsers agent={agent} sessions={browsers} mayChange={mayChange} onChange={refetch} />
    </>
  );
}

function TokenFacts({ token }: { token: Token }) {
  return (
    <span className="token-facts">
      <span>{token.label || <span className="soft">no label</span>}</span>
      {token.browserSession && token.current && <b>this browser</b>}
      <span className="tag">{token.role.toLowerCase()}</span>
      <span className="soft">
        {token.lastUsedAt ? (
          <>
            last used <RelativeTime at={token.lastUsedAt} /> ago
          </>
        ) : (
          "never used"
        )}
      </span>
      <span className="soft" title={formatDateTime(token.createdAt)}>
        created {formatDate(token.createdAt)}
      </span>
      {token.expiresAt && (
        <span className="soft">
          expires <TimeUntil at={token.expiresAt} />
        </span>
      )}
    </span>
  );
}

interface BrowsersProps {
  readonly agent: string;
  readonly sessions: readonly Token[];
  readonly mayChange: boolean;
  readonly onChange: () => void;
}

/** The browsers in which the agent is signed in to this page. */
function Browsers({ agent, sessions, mayChange, onChange }: BrowsersProps) {
  const { me, signOutEverywhere } = useSession();
  const [revoke, revoking] = useMutation(RevokeTokenDocument);
  if (sessions.length === 0) return null;
  return (
    <Panel
      title="Signed-in browsers"
      count={sessions.length}
      action={
        me.name === agent && (
          <button type="button" onClick={signOutEverywhere}>
            Sign out everywhere
          </button>
        )
      }
    >
      <ul className="lines">
        {sessions.map((session) => (
          <li key={session.id} className="token">
            <span className="id">{session.id}</span>
            <TokenFacts token={session} />
            {mayChange && (
              <span className="actions">
                <button
                  type="button"
                  disabled={revoking}
                  onClick={async () => {
                    await revoke({ id: session.id }, `${session.label} is signed out.`);
                    onChange();
                  }}
                >
                  Sign out
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
