const NUMBER = /^(?:([TO0])?([1-9]\d*)|0)$/i;
// Shorter beginnings fit nearly everything.
const BEGINNING = /(?<![\p{L}\p{N}"*])[\p{L}\p{N}]{3,}$/u;

/**
 * What is asked of the server for what somebody typed: the last word may go on, and a number is that of a task or of an
 * objective, whose O looks like a zero.
 */
export function searchQuery(text: string): string {
  const typed = text.trim();
  const [, letter, number] = NUMBER.exec(typed) ?? [];
  if (number) return letter ? `${letter.toUpperCase().replace("0", "O")}${number}` : `T${number} O${number}`;
  return BEGINNING.test(typed) ? `${typed}*` : typed;
}
