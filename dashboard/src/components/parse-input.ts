/** `T4, t5 T6` as ids; what is no id is left to the server to refuse. */
export function idsIn(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((id) => id.toUpperCase());
}

/** The lines that say something. */
export function linesIn(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
