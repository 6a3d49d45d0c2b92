import { expect, test } from "vitest";
import { withoutSent } from "./draft";

test("what was written while a text was being sent stays", () => {
  expect(withoutSent("Hello", "Hello")).toBe("");
  expect(withoutSent("Hello\nand more", "Hello")).toBe("and more");
  expect(withoutSent("Something else", "Hello")).toBe("Something else");
});
