// An objective's O looks like a zero.
const ZERO_FOR_O = /^0(?=[1-9]\d*$)/;

/** The ids in a text such as `T4, t5 T6`. They are not validated: the server does that. */
export function parseIds(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((id) => id.toUpperCase().replace(ZERO_FOR_O, "O"));
}

/** The lines of a text that are not blank. */
export function parseLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The words of a text such as `python, code review`. */
export function parseWords(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
}
