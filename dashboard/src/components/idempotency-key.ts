/** A key under which the server does a thing once, however often it is sent. */
export function onceKey(): string {
  // Not `randomUUID`: over plain HTTP a browser has that on the machine itself alone.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}
