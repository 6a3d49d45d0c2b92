import type { KeyboardEvent } from "react";

// What Safari gives the Enter that ends a composition, when isComposing is false again.
const KEY_OF_INPUT_METHOD = 229;

/** Whether the key belongs to an input method, which is putting a word together. */
export function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === KEY_OF_INPUT_METHOD;
}
