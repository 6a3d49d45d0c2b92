import { Tokenizer, type Tokens } from "marked";

// The server's db/conversation/mentions.py, which says why. Both are tested with tests/data/mentions.json.
const BESIDE =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u3005-\\u3007\\u3031-\\u3035\\u3040-\\u318f" +
  "\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\uff66-\\uffdc" +
  "\\u{20000}-\\u{3ffff}";
const AT = "[@\\uff20\\ufe6b]";
const WORD = `(?:(?![${BESIDE}])[\\p{L}\\p{N}_])`;
const PATH =
  `(?:(?![.:!?*]${AT})(?:${WORD}|[\\-.~:/?#@!$&*+=%])|[${BESIDE}]+(?=[/?#&=])` +
  `|[,;'](?=[A-Za-z0-9%])(?![OKTMD][1-9])|\\((?:${WORD}|[.,%+\\-])*\\)|\\{(?:${WORD}|[.,%+\\-])*\\})+`;
const ADDRESS =
  `(?<!${WORD}|[+.\\-])(?:${WORD}(?:${WORD}|[+.\\-])*:/` +
  `|(?:${WORD}|[${BESIDE}])(?:${WORD}|-)*(?:\\.(?:${WORD}|-)+)+)/${PATH}`;
const MENTION = `(?<!(?!_)${WORD}|${AT}|\\\\)${AT}(?<name>[A-Za-z](?:${WORD}|-)*)(?!${AT}|\\.${WORD}|/${WORD})`;
const ID = `(?<!${WORD}|${AT}|[.\\-])[ADOT][1-9]\\d{0,17}(?!${WORD}|\\.\\d)`;

const NAMED = new RegExp(`(?<address>${ADDRESS})|(?<mention>${MENTION})|(?<id>${ID})`, "gu");
const LINK = new RegExp(`^(?:\\w+://|www\\.)${PATH}`, "u");
const END_OF_SENTENCE = /[?!.,:;*_'"~]+$/;

export type Part =
  | { readonly kind: "text" | "id"; readonly text: string }
  /** `names`: those that it may mean, in lower case. A name may end with a hyphen, and so may a word in a sentence. */
  | { readonly kind: "mention"; readonly text: string; readonly names: readonly string[] };

/** The text in parts: what may be mentions, ids, and what is between them. */
export function namedParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(NAMED)) {
    const { mention, name, id } = match.groups ?? {};
    const part = mention ?? id;
    if (part === undefined) continue;
    parts.push({ kind: "text", text: text.slice(end, match.index) });
    end = match.index + part.length;
    const word = name?.toLowerCase();
    if (word === undefined) parts.push({ kind: "id", text: part });
    else parts.push({ kind: "mention", text: part, names: [word, word.replace(/[-_]+$/, "")] });
  }
  parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

/** Ends the addresses in a text where the server does; marked runs on to the next space. */
export class AddressTokenizer extends Tokenizer {
  override url(src: string): Tokens.Link | undefined {
    const link = super.url(src);
    if (!link || link.href.startsWith("mailto:")) return link;
    const raw = (LINK.exec(link.raw)?.[0] ?? link.raw).replace(END_OF_SENTENCE, "");
    if (raw.length >= link.raw.length) return link;
    const href = link.href.slice(0, link.href.length - link.raw.length + raw.length);
    return { ...link, raw, text: raw, href, tokens: [{ type: "text", raw, text: raw, escaped: false }] };
  }
}
