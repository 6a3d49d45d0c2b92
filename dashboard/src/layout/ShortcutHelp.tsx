import { Dialog } from "../components/Dialog";
import { VIEWS } from "../views";

/** The list of keyboard shortcuts. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="keys">
        {VIEWS.filter(({ key }) => key).map(({ path, name, key }) => (
          <Shortcut key={path} keys={["g", key ?? ""]} action={`Open ${name}`} />
        ))}
        <Shortcut keys={["/"]} action="Search in the view" />
        <Shortcut keys={["?"]} action="This list" />
        <Shortcut keys={["↑", "↓"]} action="Tree: the objective above or below" />
        <Shortcut keys={["→", "←"]} action="Tree: open or close; into it or out of it" />
        <Shortcut keys={["Enter"]} action="Tree: its details" />
        <Shortcut keys={["m"]} action="Tree: pick it up; then Enter puts it into another, Esc puts it back" />
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
