import { useState } from "react";
import { Combobox, type Option } from "../pickers/Combobox";
import { Dialog } from "./Dialog";

interface ChooserProps<Item extends Option> {
  readonly title: string;
  readonly label: string;
  readonly options: readonly Item[];
  /** The options are still being fetched. */
  readonly busy?: boolean;
  readonly onChoose: (option: Item) => void;
  readonly onClose: () => void;
}

/** A dialog that asks for one of several, by typing a part of it. */
export function Chooser<Item extends Option>({
  title,
  label,
  options,
  busy = false,
  onChoose,
  onClose,
}: ChooserProps<Item>) {
  const [text, setText] = useState("");
  const typed = text.trim().toLowerCase();
  return (
    <Dialog title={title} onClose={onClose}>
      <Combobox
        label={label}
        inline
        autoFocus
        text={text}
        onText={setText}
        busy={busy}
        options={options.filter((option) => option.label.toLowerCase().includes(typed))}
        onChoose={onChoose}
      />
    </Dialog>
  );
}
