// GraphQL over HTTP: every audit of graphql-http, those for what a server SHOULD and MAY do included.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { serverAudits } from 'graphql-http';

import { bearer, url } from './server.mjs';

const audits = serverAudits({
  url,
  fetchFn: (address, init = {}) => fetch(address, { ...init, headers: { ...init.headers, ...bearer } }),
});

test('there are 61 audits', () => assert.equal(audits.length, 61));

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();

    assert.equal(status, 'ok', reason);
  });
}
