import { Dialog } from "../components/Dialog";
import { VIEWS } from "../views";

/** What keys do. */
export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="keys">
        {VIEWS.filter(({ key }) => key).map(({ path, name, key }) => (
          <Row key={path} keys={["g", key ?? ""]} what={`Open ${name}`} />
        ))}
        <Row keys={["/"]} what="Search in the view" />
        <Row keys={["?"]} what="This list" />
        <Row keys={["↑", "↓"]} what="Tree: the objective above or below" />
        <Row keys={["→", "←"]} what="Tree: open or close; into it or out of it" />
        <Row keys={["Enter"]} what="Tree: its details" />
        <Row keys={["m"]} what="Tree: pick it up; then Enter puts it into another, Esc puts it back" />
      </dl>
    </Dialog>
  );
}

function Row({ keys, what }: { keys: readonly string[]; what: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}
