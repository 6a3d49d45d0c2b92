/** Where a message belongs: a channel, or the direct messages with one person or agent. */
export type Conversation = { readonly channel: string } | { readonly person: string };

/** From its slug in the address of the page: `general`, `@atlas`. */
export function parseConversation(slug: string): Conversation {
  return slug.startsWith("@") ? { person: slug.slice(1) } : { channel: slug };
}

export function conversationSlug(conversation: Conversation): string {
  return "channel" in conversation ? conversation.channel : `@${conversation.person}`;
}

interface Sent {
  readonly channel: { readonly name: string } | null;
  readonly from: { readonly name: string } | null;
  readonly to: readonly { readonly name: string }[];
}

/** The conversation in which `me` finds a message. */
export function conversationOf({ channel, from, to }: Sent, me: string): Conversation {
  if (channel) return { channel: channel.name };
  return { person: from && from.name !== me ? from.name : (to.find(({ name }) => name !== me)?.name ?? me) };
}

/** Whether a message is shown there. One that `me` sent to several people is shown in the conversation with each of them. */
export function isInConversation(conversation: Conversation, message: Sent, me: string): boolean {
  if ("channel" in conversation) return message.channel?.name === conversation.channel;
  if (message.channel) return false;
  const { person } = conversation;
  const from = message.from?.name;
  const to = message.to.map(({ name }) => name);
  if (person === me) return from === me && to.includes(me);
  return from === person ? to.includes(me) : from === me && to.includes(person);
}
