// The server under test: where it is, and the token of its ADMIN.

export const url = process.env.GOALROOM_TEST_URL;
export const token = process.env.GOALROOM_TEST_TOKEN;
export const bearer = { authorization: `Bearer ${token}` };

/** The data, where nothing was refused. */
export async function ask(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** A room of the test's own, and the cursor of its beginning. */
export async function room() {
  const name = `conformance-${crypto.randomUUID().slice(0, 8)}`;
  const { createRoom } = await ask('mutation ($name: String!) { createRoom(input: {name: $name}) { id } }', { name });
  return { name, start: `${createRoom.id}.0` };
}

export function rename(name, title) {
  return ask('mutation ($name: ID!, $title: String!) { updateRoom(input: {room: $name, title: $title}) { id } }', {
    name,
    title,
  });
}

// Presence comes and goes as it likes.
export const EVENTS = `subscription ($room: ID!, $after: String) {
  events(room: $room, after: $after, kinds: [ROOM_CREATED, ROOM_UPDATED]) { kind data }
}`;
