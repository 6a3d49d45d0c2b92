import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Router } from "wouter";
import examples from "../../../../tests/data/mentions.json";
import { RoomContext } from "../../layout/room";
import { Markdown } from "./Markdown";

const room = { name: "web", info: null, to: (view: string, rest?: string) => `/rooms/web/${view}/${rest}` };
const everybody = ["ann", "bob", "eve"];
const everything = ["T1", "T2", "T3"];

function render(text: string): string {
  return renderToStaticMarkup(
    <Router ssrPath="/">
      <RoomContext value={room}>
        <Markdown text={text} mentions={everybody} refs={everything} />
      </RoomContext>
    </Router>,
  );
}

function linksIn(text: string, of: "mention" | "ref"): readonly string[] {
  return [...render(text).matchAll(/<a [^>]*>/g)].flatMap(([link]) =>
    link.includes(`class="${of}"`) ? [/href="[^"]*\/([^"/]*)"/.exec(link)?.[1] ?? link] : [],
  );
}

test.each(examples)("what the server finds is a link: $text", ({ text, names, ids }) => {
  expect(linksIn(text, "mention")).toEqual(names);
  expect(linksIn(text, "ref")).toEqual(ids);
});

test.each([
  ["见https://x.example/pr/12。@bob请看", "https://x.example/pr/12"],
  ["https://x.example/pr/12请@bob看", "https://x.example/pr/12"],
  ["(https://x.example/a_(b)).", "https://x.example/a_(b)"],
  ["https://x.example/a,b?c=d&e=用户.", "https://x.example/a,b?c=d&amp;e="],
  ["www.x.example，@bob", "http://www.x.example"],
  ["<https://x.example/用户>", "https://x.example/用户"],
])("the address in %s is a link", (text, href) => {
  expect(/href="([^"]*)"/.exec(render(text))?.[1]).toBe(href);
});
