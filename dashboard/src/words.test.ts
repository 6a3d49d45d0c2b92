import { expect, test } from "vitest";

// Words that people stumbled over, each with the one that is used instead.
const REPLACED: readonly [word: RegExp, better: string][] = [
  [/What shall be reached/, "Title"],
  [/In more words/, "Description"],
  [/Make it\b/, "Create"],
  [/Done means|said yet what done means/, "Done when"],
  [/Wait for it\b/, "Add dependency"],
  [/"Waits for"/, "Blocked by"],
  [/\["Ended"/, "Closed"],
  [/\b[Hh]olds? back \d|holds back \{/, "blocks"],
  [/Anybody['’]s|Ready or not/, "Anyone, Any state"],
  [/\bmostly \$?\{?\d?/, "median"],
  [/typically /, "median"],
  [/on the way from/, "4,300 → 200"],
  [/was used already, or is too old/, "was used already or has expired"],
  [/reads only/, "read-only"],
  [/nothing that you can see/, "doesn't exist, or you can't see it"],
  [/Heard of|"Heard"/, "Last seen"],
  [/Taken back/, "Reclaimed"],
  [/Made by|Last word|"Moves"/, "Created by, Last update, Key result"],
  [/heard nothing of|hears nothing of/, "is silent on"],
  [/What holds\b/, "Criteria met"],
  [/Its own tasks/, "No tasks directly under it"],
  [/no such place|nobody of this name/i, "No such channel, No agent of this name"],
  [/What concerns everybody/, "General discussion"],
  [/nobody is silent/, "Nothing is stuck"],
];

test("the page says what people understood", () => {
  const sources = import.meta.glob<string>("./**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
  const found: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    if (name.includes(".test.") || name.startsWith("./api/documents")) continue;
    const text = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    for (const [word, better] of REPLACED) {
      const match = word.exec(text);
      if (match) found.push(`${name}: "${match[0]}" is now: ${better}`);
    }
  }
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});
