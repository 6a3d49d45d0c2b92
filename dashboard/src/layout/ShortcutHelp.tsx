import { useState } from "react";
import { Dialog } from "../components/forms/Dialog";
import { useSession } from "../session/session";
import { viewsFor } from "../views";
import { useCommandList } from "./commands";

/** The list of keyboard shortcuts: those of all views, and what can be done in the one that is open. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const { role } = useSession();
  const list = useCommandList();
  // For what had the focus before this dialog took it.
  const [commands] = useState(() => list.now());
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="keys">
        <Shortcut keys={["Ctrl", "K"]} action="Search, go and do" />
        {commands.map(({ name, key }) => key && <Shortcut key={name} keys={[key]} action={name} />)}
        <Shortcut keys={["Enter"]} action="Open what has the focus" />
        {viewsFor(role)
          .filter(({ key }) => key)
          .map(({ path, name, key }) => (
            <Shortcut key={path} keys={["g", key ?? ""]} action={`Open ${name}`} />
          ))}
        <Shortcut keys={["↑", "↓"]} action="Tree: the objective above or below" />
        <Shortcut keys={["→", "←"]} action="Tree: expand or collapse; go to the first child or the parent" />
        <Shortcut keys={["m"]} action="Tree: move the objective; Enter drops it into another, Esc cancels" />
      </dl>
    </Dialog>
  );
}

function Shortcut({ keys, action }: { keys: readonly string[]; action: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{action}</dd>
    </div>
  );
}
