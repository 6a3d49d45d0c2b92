/** A key with which the server runs a mutation once, however often it is sent. */
export function newIdempotencyKey(): string {
  // Not `randomUUID`: browsers offer it only over HTTPS and on localhost.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}
