/** Where messages are: a channel, or what two say to each other. */
export type Place = { readonly channel: string } | { readonly person: string };

/** As an address has it: `general`, `@atlas`. */
export function placeAt(text: string): Place {
  return text.startsWith("@") ? { person: text.slice(1) } : { channel: text };
}

export function address(place: Place): string {
  return "channel" in place ? place.channel : `@${place.person}`;
}

interface Sent {
  readonly channel: { readonly name: string } | null;
  readonly from: { readonly name: string } | null;
  readonly to: readonly { readonly name: string }[];
}

/** Where the one who reads finds a message. */
export function placeOf({ channel, from, to }: Sent, me: string): Place {
  if (channel) return { channel: channel.name };
  return { person: from && from.name !== me ? from.name : (to.find(({ name }) => name !== me)?.name ?? me) };
}

/** Whether a message stands there; one to several people stands with each of them. */
export function isIn(place: Place, message: Sent, me: string): boolean {
  if ("channel" in place) return message.channel?.name === place.channel;
  if (message.channel) return false;
  const from = message.from?.name;
  const to = message.to.map(({ name }) => name);
  if (place.person === me) return from === me && to.includes(me);
  return from === place.person ? to.includes(me) : from === me && to.includes(place.person);
}
