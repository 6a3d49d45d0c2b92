/** The ids in a text such as `T4, t5 T6`. They are not validated: the server does that. */
export function parseIds(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((id) => id.toUpperCase());
}

/** The lines of a text that are not blank. */
export function parseLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
