import { createContext, useContext, useEffect, useRef } from "react";

/** Something that can be done now, from the palette or by its key. */
export interface Command {
  readonly name: string;
  /** Pressed alone, outside of text fields. */
  readonly key?: string;
  readonly run: () => void;
}

/** What can be done at the moment at which it is asked. */
type Offer = () => readonly Command[];

/** The commands of all that is shown now. */
export class CommandList {
  readonly #offers = new Set<{ readonly current: Offer }>();

  /** Offers them until the function that is returned is called. */
  add(offer: { readonly current: Offer }): () => void {
    this.#offers.add(offer);
    return () => this.#offers.delete(offer);
  }

  /** What can be done now. Of several with one key, what was offered last, so by the innermost component. */
  now(): readonly Command[] {
    const commands: Command[] = [];
    const keys = new Set<string>();
    for (const { current: offer } of [...this.#offers].reverse()) {
      const offered = offer().filter(({ key }) => key === undefined || !keys.has(key));
      commands.push(...offered);
      for (const { key } of offered) if (key !== undefined) keys.add(key);
    }
    return commands;
  }
}

export const CommandContext = createContext<CommandList | null>(null);

export function useCommandList(): CommandList {
  const list = useContext(CommandContext);
  if (!list) throw new Error("There is no CommandContext around this component.");
  return list;
}

/** Offers commands while the component is shown; asked when somebody looks for them or presses a key. */
export function useCommands(offer: Offer): void {
  const list = useCommandList();
  const latest = useRef(offer);
  latest.current = offer;
  useEffect(() => list.add(latest), [list]);
}
