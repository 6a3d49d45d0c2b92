// graphql-transport-ws, as the client graphql-ws speaks it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createClient } from 'graphql-ws';

import { EVENTS, rename, room, token, url } from './server.mjs';

const address = url.replace(/^http/, 'ws');

/** A client that is gone after the test. */
function client(t, options = {}) {
  const made = createClient({
    url: address,
    connectionParams: { token },
    retryAttempts: 0,
    ...options,
  });
  t.after(() => made.dispose());
  return made;
}

async function first(iterator) {
  const { value } = await iterator.next();
  return value;
}

test('a query is answered', async (t) => {
  const answer = await first(client(t).iterate({ query: '{ me { name } }' }));

  assert.deepEqual(answer, { data: { me: { name: 'admin' } } });
});

test('many operations share a socket', async (t) => {
  const shared = client(t);
  const names = await Promise.all(
    Array.from({ length: 90 }, () => first(shared.iterate({ query: '{ me { name } }' }))),
  );

  assert.equal(names.filter((answer) => answer.data.me.name === 'admin').length, 90);
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

test('a socket that breaks is opened again, and the cursor misses nothing', async (t) => {
  const { name, start } = await room();
  const broken = client(t, { retryAttempts: 3, retryWait: async () => {}, shouldRetry: () => true });
  const heard = [];
  const enough = Promise.withResolvers();
  broken.subscribe(
    { query: EVENTS, variables: { room: name, after: start } },
    {
      next: ({ data }) => {
        heard.push(data.events.kind);
        if (heard.length === 1) broken.terminate();
        if (heard.length === 3) enough.resolve();
      },
      error: enough.reject,
      complete: () => {},
    },
  );

  await rename(name, 'New');
  await enough.promise;

  assert.deepEqual(heard, ['ROOM_CREATED', 'ROOM_CREATED', 'ROOM_UPDATED']);
});

test('what cannot run is an error, and the socket stays', async (t) => {
  let closed = 0;
  const stays = client(t, { lazyCloseTimeout: 5000, on: { closed: () => (closed += 1) } });

  for (const query of ['{', '{ nothing }', 'query A { me { id } } query B { me { id } }']) {
    await assert.rejects(first(stays.iterate({ query })), (errors) => {
      assert.ok(errors[0].extensions.code);
      return true;
    });
  }

  assert.equal((await first(stays.iterate({ query: '{ me { name } }' }))).data.me.name, 'admin');
  assert.equal(closed, 0);
});

test('pings are answered', async (t) => {
  const pong = Promise.withResolvers();
  const lively = client(t, {
    lazy: false,
    keepAlive: 50,
    onNonLazyError: pong.reject,
    on: { pong: (received) => received && pong.resolve() },
  });

  await pong.promise;
  assert.ok(lively);
});

test('a wrong token is refused with 4403', async (t) => {
  const stranger = client(t, { connectionParams: { token: 'nonsense' } });

  await assert.rejects(first(stranger.iterate({ query: '{ me { name } }' })), { code: 4403 });
});
