import { expect, test } from "vitest";
import { type Command, CommandList } from "./commands";

const run = () => undefined;
const names = (list: CommandList) => list.now().map(({ name }) => name);

test("of several commands with one key, the one that was offered last is meant", () => {
  const list = new CommandList();
  const outer: Command[] = [
    { name: "Assign the task", key: "a", run },
    { name: "New task", key: "c", run },
  ];
  list.add({ current: () => outer });
  const remove = list.add({
    current: () => [
      { name: "Assign the selected", key: "a", run },
      { name: "Clear", run },
    ],
  });

  expect(names(list)).toEqual(["Assign the selected", "Clear", "New task"]);
  remove();
  expect(names(list)).toEqual(["Assign the task", "New task"]);
});

test("what can be done is asked anew each time", () => {
  const list = new CommandList();
  let selected = 0;
  list.add({ current: () => (selected > 0 ? [{ name: `Assign ${selected}`, run }] : []) });

  expect(names(list)).toEqual([]);
  selected = 2;
  expect(names(list)).toEqual(["Assign 2"]);
});
