import { useMemo, useState } from "react";
import { Dialog } from "../../components/forms/Dialog";
import { Field } from "../../components/forms/Form";
import { CopyText } from "../../components/text/CopyText";
import { Markdown } from "../../components/text/Markdown";
import { clientSetups } from "./connect-lines";

interface ConnectLinesProps {
  readonly agent: string;
  readonly token: string;
  readonly onClose: () => void;
}

/** A new token, shown this once, and the lines by which a client uses it. */
export function ConnectLines({ agent, token, onClose }: ConnectLinesProps) {
  const setups = useMemo(() => clientSetups(location.origin, token), [token]);
  const [client, setClient] = useState(setups[0]?.client ?? "");
  const setup = setups.find((one) => one.client === client);
  return (
    <Dialog title={`Connect ${agent}`} onClose={onClose}>
      <div className="connect">
        <p>
          The token of <b>{agent}</b>. It is shown this once: put it into the environment of the client.
        </p>
        <CopyText label="Token" rows={2} text={`export GOALROOM_TOKEN=${token}`} />
        <Field label="Client">
          <select value={client} onChange={(event) => setClient(event.target.value)}>
            {setups.map((one) => (
              <option key={one.client}>{one.client}</option>
            ))}
          </select>
        </Field>
        {setup && (
          <>
            {setup.where && <Markdown text={setup.where} />}
            <CopyText
              label={`Lines for ${setup.client}`}
              rows={setup.lines.split("\n").length + 1}
              text={setup.lines}
            />
          </>
        )}
        <p className="soft">Then say to it: “Check in to Goalroom, and do what comes next.”</p>
      </div>
      <div className="buttons">
        <button type="button" className="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
