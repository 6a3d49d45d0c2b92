// GraphQL over server-sent events, as the client graphql-sse speaks it: one operation a connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createClient } from 'graphql-sse';

import { EVENTS, bearer, rename, room, url } from './server.mjs';

/** A client that is gone after the test. */
function client(t, options = {}) {
  const made = createClient({ url, headers: bearer, retryAttempts: 0, ...options });
  t.after(() => made.dispose());
  return made;
}

async function first(iterator) {
  const { value } = await iterator.next();
  return value;
}

test('a query is answered, and the stream completes', async (t) => {
  const answers = [];

  for await (const answer of client(t).iterate({ query: '{ me { name } }' })) answers.push(answer);

  assert.deepEqual(answers, [{ data: { me: { name: 'admin' } } }]);
});

test('a subscription replays and goes on, until it is left', async (t) => {
  const { name, start } = await room();
  const events = client(t).iterate({ query: EVENTS, variables: { room: name, after: start } });

  const replayed = await first(events);
  await rename(name, 'New');
  const live = await first(events);
  await events.return();

  assert.equal(replayed.data.events.kind, 'ROOM_CREATED');
  assert.deepEqual(live.data.events, { kind: 'ROOM_UPDATED', data: { title: 'New' } });
});

test('what cannot run is told in the stream', async (t) => {
  for (const query of ['{', '{ nothing }', 'subscription { events(room: "R999999") { kind } }']) {
    const answer = await first(client(t).iterate({ query }));

    assert.ok(answer.errors[0].extensions.code);
  }
});

test('a wrong token is refused with 401', async (t) => {
  const stranger = client(t, { headers: { authorization: 'Bearer nonsense' } });

  await assert.rejects(first(stranger.iterate({ query: '{ me { name } }' })), (error) => {
    assert.equal(error.response.status, 401);
    return true;
  });
});
