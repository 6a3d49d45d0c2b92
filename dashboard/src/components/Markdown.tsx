import { Lexer, type Token, type Tokens } from "marked";
import { createElement, Fragment, type ReactNode, useMemo } from "react";
import { Link } from "wouter";
import { type OpenRoom, useRoom } from "../layout/room";
import "./markdown.css";

interface SaidProps {
  readonly text: string;
  /** Who is called by `@name` in it. */
  readonly mentions?: readonly string[];
  /** What it names by id; left out, whatever looks like a task or an objective. */
  readonly refs?: readonly string[];
  /** Whose name stands out. */
  readonly me?: string;
}

interface Known {
  readonly room: OpenRoom;
  readonly mentions: ReadonlySet<string>;
  readonly refs: ReadonlySet<string> | null;
  readonly me: string | undefined;
}

// What is nested deeper is shown as it was written.
const DEEPEST = 12;
const NAMED = /(@[a-z][a-z0-9_-]*|\b[AOT][1-9]\d*\b)/;
const PAGES: Readonly<Record<string, string>> = { A: "agents", O: "tree", T: "tasks" };
const SAFE = /^(https?:\/\/|mailto:)/i;

/** What somebody wrote, as Markdown: made of elements alone, so that no text can become markup. */
export function Said({ text, mentions, refs, me }: SaidProps) {
  const room = useRoom();
  const names = mentions?.join(" ");
  const ids = refs?.join(" ");
  const content = useMemo(() => {
    const known = {
      room,
      mentions: new Set(names?.split(" ")),
      refs: ids === undefined ? null : new Set(ids.split(" ")),
      me,
    };
    try {
      return blocks(Lexer.lex(text, { gfm: true, breaks: true }), known, 0);
    } catch {
      // Nested beyond all measure.
      return <p>{text}</p>;
    }
  }, [text, names, ids, me, room]);
  return <div className="said-text">{content}</div>;
}

/** Parts have no names, only places. */
function inOrder(element: "tr" | "tbody" | "ul" | "li" | typeof Fragment, parts: readonly ReactNode[]): ReactNode {
  return createElement(element, null, ...parts);
}

function blocks(tokens: readonly Token[], known: Known, depth: number): ReactNode {
  return inOrder(
    Fragment,
    tokens.map((token) => block(token, known, depth)),
  );
}

function block(token: Tokens.Generic, known: Known, depth: number): ReactNode {
  if (depth > DEEPEST) return token.raw;
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
          <strong>{inline(token.tokens ?? [], known, depth)}</strong>
        </p>
      );
    case "blockquote":
      return <blockquote>{blocks(token.tokens ?? [], known, depth + 1)}</blockquote>;
    case "list":
      return list(token as Tokens.List, known, depth);
    case "table":
      return table(token as Tokens.Table, known, depth);
    case "paragraph":
      return <p>{inline(token.tokens ?? [], known, depth)}</p>;
    case "text":
      return token.tokens ? inline(token.tokens, known, depth) : token.text;
    default:
      // HTML too is shown as it was written.
      return <p>{token.raw}</p>;
  }
}

function list(token: Tokens.List, known: Known, depth: number): ReactNode {
  const items = token.items.map((item) => {
    const said = item.tokens.filter(({ type }) => type !== "checkbox");
    return inOrder("li", [item.task && (item.checked ? "☑ " : "☐ "), blocks(said, known, depth + 1)]);
  });
  return token.ordered
    ? createElement("ol", { start: token.start === "" ? 1 : token.start }, ...items)
    : inOrder("ul", items);
}

function table(token: Tokens.Table, known: Known, depth: number): ReactNode {
  const row = (element: "th" | "td", cells: readonly Tokens.TableCell[]) =>
    inOrder(
      "tr",
      cells.map((cell) => createElement(element, null, inline(cell.tokens, known, depth))),
    );
  return (
    <table>
      <thead>{row("th", token.header)}</thead>
      {inOrder(
        "tbody",
        token.rows.map((cells) => row("td", cells)),
      )}
    </table>
  );
}

function inline(tokens: readonly Token[], known: Known, depth: number, inLink = false): ReactNode {
  return inOrder(
    Fragment,
    tokens.map((token) => run(token, known, depth, inLink)),
  );
}

function run(token: Tokens.Generic, known: Known, depth: number, inLink: boolean): ReactNode {
  if (depth > DEEPEST) return token.raw;
  const inner = () => inline(token.tokens ?? [], known, depth + 1, inLink);
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
      // An image is a request to another host: it is linked, not shown.
      if (inLink || !SAFE.test(token.href)) return token.raw;
      return (
        <a href={token.href} target="_blank" rel="noopener noreferrer">
          {token.type === "image" ? token.text || token.href : inline(token.tokens ?? [], known, depth + 1, true)}
        </a>
      );
    case "escape":
      return token.text;
    case "text":
      if (token.tokens) return inner();
      return inLink ? token.text : named(token.text, known);
    default:
      return token.raw;
  }
}

/** Names and ids within plain text lead to their pages. */
function named(text: string, { room, mentions, refs, me }: Known): ReactNode[] {
  return text.split(NAMED).map((part, at) => {
    const key = `${at}`;
    if (at % 2 === 0) return part;
    if (part.startsWith("@")) {
      const name = part.slice(1);
      if (!mentions.has(name)) return part;
      return (
        <Link key={key} className="mention" data-me={name === me || undefined} href={room.to("agents", name)}>
          {part}
        </Link>
      );
    }
    const page = PAGES[part.charAt(0)];
    if (!page || (refs ? !refs.has(part) : page === "agents")) return part;
    return (
      <Link key={key} className="ref" href={room.to(page, part)}>
        {part}
      </Link>
    );
  });
}
