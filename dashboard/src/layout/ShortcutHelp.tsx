import { Dialog } from "../components/Dialog";
import { useSession } from "../session/session";
import { viewsFor } from "../views";

/** The list of keyboard shortcuts. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const { role } = useSession();
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="keys">
        {viewsFor(role)
          .filter(({ key }) => key)
          .map(({ path, name, key }) => (
            <Shortcut key={path} keys={["g", key ?? ""]} action={`Open ${name}`} />
          ))}
        <Shortcut keys={["/"]} action="Search in the view" />
        <Shortcut keys={["?"]} action="This list" />
        <Shortcut keys={["↑", "↓"]} action="Tree: the objective above or below" />
        <Shortcut keys={["→", "←"]} action="Tree: expand or collapse; go to the first child or the parent" />
        <Shortcut keys={["Enter"]} action="Tree: open the objective" />
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
