/** Those in whose labels each word begins that was typed, the ones that begin with it all first. */
export function fitting<One extends { readonly label: string }>(
  options: readonly One[],
  typed: string,
): readonly One[] {
  const words = wordsOf(typed);
  const fits = options.filter(({ label }) => {
    const there = wordsOf(label);
    return words.every((word) => there.some((one) => one.startsWith(word)));
  });
  const begins = ({ label }: One) => label.toLowerCase().startsWith(typed.trim().toLowerCase());
  return [...fits.filter(begins), ...fits.filter((one) => !begins(one))];
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
