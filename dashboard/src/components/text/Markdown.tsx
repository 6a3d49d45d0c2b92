import { Lexer, type Token, type Tokens } from "marked";
import { createElement, Fragment, type ReactNode, useMemo } from "react";
import { Link } from "wouter";
import { type OpenRoom, useRoom } from "../../layout/room";
import { AddressTokenizer, namedParts } from "./mentions";
import { isWebAddress } from "./web-address";
import "./markdown.css";

interface MarkdownProps {
  readonly text: string;
  /** The names in it that are mentions. */
  readonly mentions?: readonly string[];
  /** The ids in it that are references. Left out: all ids of tasks, objectives and proposals. */
  readonly refs?: readonly string[];
  /** The name whose mentions are highlighted. */
  readonly me?: string;
}

interface Context {
  readonly room: OpenRoom;
  readonly mentions: ReadonlySet<string>;
  readonly refs: ReadonlySet<string> | null;
  readonly me: string | undefined;
}

// Deeper nesting is shown as source text.
const MAX_DEPTH = 12;
const COMMENT = /(<!--[\s\S]*?-->)/;
const VIEW_OF_ID: Readonly<Record<string, string>> = { A: "agents", D: "decisions", O: "tree", T: "tasks" };
const MAIL_ADDRESS = /^mailto:/i;

/** Markdown text, rendered as React elements, so that no text can become HTML. */
export function Markdown({ text, mentions, refs, me }: MarkdownProps) {
  const room = useRoom();
  const names = mentions?.join(" ");
  const ids = refs?.join(" ");
  const content = useMemo(() => {
    const context = contextOf(room, names, ids, me);
    try {
      return blocks(Lexer.lex(text, { gfm: true, breaks: true, tokenizer: new AddressTokenizer() }), context, 0);
    } catch {
      // The lexer's recursion fails on extreme nesting.
      return <p>{text}</p>;
    }
  }, [text, names, ids, me, room]);
  return <div className="markdown">{content}</div>;
}

/** The same in a line: what is set apart in a text, such as lists and headings, stays as it was written. */
export function InlineMarkdown({ text, mentions, refs, me }: MarkdownProps) {
  const room = useRoom();
  const names = mentions?.join(" ");
  const ids = refs?.join(" ");
  return useMemo(() => {
    const line = text.replace(/\s+/g, " ").trim();
    try {
      const tokens = Lexer.lexInline(line, { gfm: true, tokenizer: new AddressTokenizer() });
      return inline(tokens, contextOf(room, names, ids, me), 0);
    } catch {
      // The lexer's recursion fails on extreme nesting.
      return line;
    }
  }, [text, names, ids, me, room]);
}

function contextOf(
  room: OpenRoom,
  names: string | undefined,
  ids: string | undefined,
  me: string | undefined,
): Context {
  return {
    room,
    mentions: new Set(names?.split(" ")),
    refs: ids === undefined ? null : new Set(ids.split(" ")),
    me,
  };
}

/** Elements without keys: parts of a text have no identity. */
function elementOf(element: "tr" | "tbody" | "ul" | "li" | typeof Fragment, parts: readonly ReactNode[]): ReactNode {
  return createElement(element, null, ...parts);
}

function blocks(tokens: readonly Token[], context: Context, depth: number): ReactNode {
  return elementOf(
    Fragment,
    tokens.map((token) => block(token, context, depth)),
  );
}

function block(token: Tokens.Generic, context: Context, depth: number): ReactNode {
  if (depth > MAX_DEPTH) return token.raw;
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "hr":
      return <hr />;
    case "code":
      return (
        <pre>
          <code>{token.text}</code>
        </pre>
      );
    case "heading":
      return (
        <p>
          <strong>{inline(token.tokens ?? [], context, depth)}</strong>
        </p>
      );
    case "blockquote":
      return <blockquote>{blocks(token.tokens ?? [], context, depth + 1)}</blockquote>;
    case "list":
      return list(token as Tokens.List, context, depth);
    case "table":
      return table(token as Tokens.Table, context, depth);
    case "paragraph":
      return <p>{inline(token.tokens ?? [], context, depth)}</p>;
    case "text":
      return token.tokens ? inline(token.tokens, context, depth) : token.text;
    default:
      // HTML too is shown as source text. Nobody is mentioned in its comments.
      return <p>{token.raw.split(COMMENT).map((part, at) => (at % 2 === 0 ? linked(part, context) : part))}</p>;
  }
}

function list(token: Tokens.List, context: Context, depth: number): ReactNode {
  const items = token.items.map((item) => {
    const content = item.tokens.filter(({ type }) => type !== "checkbox");
    return elementOf("li", [item.task && (item.checked ? "☑ " : "☐ "), blocks(content, context, depth + 1)]);
  });
  return token.ordered
    ? createElement("ol", { start: token.start === "" ? 1 : token.start }, ...items)
    : elementOf("ul", items);
}

function table(token: Tokens.Table, context: Context, depth: number): ReactNode {
  const row = (element: "th" | "td", cells: readonly Tokens.TableCell[]) =>
    elementOf(
      "tr",
      cells.map((cell) => createElement(element, null, inline(cell.tokens, context, depth))),
    );
  return (
    <table>
      <thead>{row("th", token.header)}</thead>
      {elementOf(
        "tbody",
        token.rows.map((cells) => row("td", cells)),
      )}
    </table>
  );
}

function inline(tokens: readonly Token[], context: Context, depth: number, inLink = false): ReactNode {
  return elementOf(
    Fragment,
    tokens.map((token) => inlineToken(token, context, depth, inLink)),
  );
}

function inlineToken(token: Tokens.Generic, context: Context, depth: number, inLink: boolean): ReactNode {
  if (depth > MAX_DEPTH) return token.raw;
  const inner = () => inline(token.tokens ?? [], context, depth + 1, inLink);
  switch (token.type) {
    case "br":
      return <br />;
    case "codespan":
      return <code>{token.text}</code>;
    case "strong":
      return <strong>{inner()}</strong>;
    case "em":
      return <em>{inner()}</em>;
    case "del":
      return <del>{inner()}</del>;
    case "link":
    case "image":
      // Loading an image is a request to another host, so images become links.
      if (inLink || !(isWebAddress(token.href) || MAIL_ADDRESS.test(token.href))) return token.raw;
      return (
        <a href={token.href} target="_blank" rel="noopener noreferrer">
          {token.type === "image" ? token.text || token.href : inline(token.tokens ?? [], context, depth + 1, true)}
        </a>
      );
    case "escape":
      return token.text;
    case "text":
      if (token.tokens) return inner();
      return inLink ? token.text : linked(token.text, context);
    default:
      return token.raw;
  }
}

/** Plain text, with mentions and ids as links to their pages. */
function linked(text: string, { room, mentions, refs, me }: Context): ReactNode[] {
  return namedParts(text).map((part, at) => {
    const key = `${at}`;
    if (part.kind === "text") return part.text;
    if (part.kind === "mention") {
      const name = part.names.find((name) => mentions.has(name));
      if (name === undefined) return part.text;
      return (
        <Link key={key} className="mention" data-me={name === me || undefined} href={room.to("agents", name)}>
          {part.text}
        </Link>
      );
    }
    const page = VIEW_OF_ID[part.text.charAt(0)];
    if (!page || (refs ? !refs.has(part.text) : page === "agents")) return part.text;
    return (
      <Link key={key} className="ref" href={room.to(page, part.text)}>
        {part.text}
      </Link>
    );
  });
}
