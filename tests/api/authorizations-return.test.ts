import { beforeEach, describe, expect, test } from 'vitest';
import { eventsOf } from '../support/connection-record.ts';
import { begin, comeBack, type Flow, shown } from '../support/consent-flow.ts';
import { challengeOf, granted, page, refusedWords, scriptedNetworks } from '../support/scripted-networks.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

const networks = scriptedNetworks();
const started = useTenantApi({ policy: false, desk: networks.desk, networkTimeoutMs: 300 });
let own: TenantApi;
beforeEach(async () => {
  own = await started().another({ policy: false });
  networks.asked.length = 0;
  networks.answer = () => Promise.resolve(granted([page()]));
});

describe('the page on which a person lands', () => {
  test('tells the console, closes itself, and says without scripts what happened', async () => {
    const flow = await begin(own);
    const { status, headers, body } = await comeBack(own, flow);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const told = { type: 'connection-authorization', authorizationId: flow.id, outcome: 'selecting_page' };
    expect(body).toContain(`new BroadcastChannel('chorally-connections').postMessage(${JSON.stringify(told)})`);
    expect(body).toContain('window.close()');
    expect(body).toContain('<p>Access was granted. Go back to Chorally and choose the pages.</p>');
    expect(body).toContain('<p>For A tenant of a test, on Chorally.</p>');
  });

  test('runs its own script only, is kept nowhere, and tells nobody its address', async () => {
    const { headers, body } = await comeBack(own, await begin(own));
    const nonce = /<script nonce="([^"]+)">/.exec(body)?.[1] ?? '';
    expect(nonce).toMatch(/^[\w+/]{22}==$/);
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(body).not.toMatch(/ on\w+=/);
  });

  test('speaks Italian to browsers that do', async () => {
    const italian = { 'accept-language': 'it-IT,it;q=0.9,en;q=0.5' };
    const { body } = await comeBack(own, await begin(own), { error: 'access_denied' }, italian);
    expect(body).toContain('<html lang="it">');
    expect(body).toContain('Non hai dato il consenso. Non è cambiato nulla.');
  });

  test('leads to the console and nowhere else, whatever the address says', async () => {
    const evil = 'https://evil.test/"><script>alert(1)</script>';
    const more = { code: evil, redirect_uri: evil, next: evil, return_to: evil, error_description: evil };
    const { body, headers } = await comeBack(own, await begin(own), more);
    expect([...body.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual(['https://console.test']);
    expect(body).not.toContain('evil');
    expect(headers.get('location')).toBeNull();
  });
});

describe('what came back is believed only by its state:', () => {
  test('once, whatever is tried with it afterwards', async () => {
    const flow = await begin(own);
    await comeBack(own, flow);
    const again = await comeBack(own, flow, { code: 'another code' });
    expect([again.status, again.body]).toEqual([400, expect.stringContaining('has been used before')]);
    expect(again.body).not.toContain('<script');
    expect(networks.asked).toHaveLength(1);
    expect((await shown(own, flow)).state).toBe('selecting_page');
  });

  test('also while the network is still being asked about the first', async () => {
    const flow = await begin(own);
    const answering = Promise.withResolvers<void>();
    networks.answer = () => answering.promise.then(() => granted([page()]));
    const first = comeBack(own, flow);
    await expect.poll(() => networks.asked).toHaveLength(1);
    expect((await comeBack(own, flow)).status).toBe(400);
    answering.resolve();
    expect((await first).status).toBe(200);
    expect(networks.asked).toHaveLength(1);
  });

  test.each(['', 'x', 'A'.repeat(86), `${'A'.repeat(85)}B`, '%00', "' or 1=1"])(
    'a state that we did not make changes nothing: %j',
    async (state) => {
      const flow = await begin(own);
      const { status, body } = await comeBack(own, { ...flow, state });
      expect([status, body]).toEqual([400, expect.stringContaining('was not made by Chorally')]);
      expect(networks.asked).toEqual([]);
      expect((await shown(own, flow)).state).toBe('connecting');
    },
  );

  test('the ids in it are no proof: with another secret part it is unknown, and the true one still works', async () => {
    const flow = await begin(own);
    const bytes = Buffer.from(flow.state, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    expect((await comeBack(own, { ...flow, state: bytes.toString('base64url') })).status).toBe(400);
    expect((await comeBack(own, flow)).status).toBe(200);
  });

  test('a state that comes twice in one address is none', async () => {
    const [first, second] = [await begin(own), await begin(own)];
    const search = `code=c&state=${first.state}&state=${second.state}`;
    expect((await own.api.call(`${first.redirectUri.pathname}?${search}`, { as: null })).status).toBe(400);
    expect(networks.asked).toEqual([]);
  });

  test('each way of each network has an address of its own, and none answers for another', async () => {
    const facebook = await begin(own);
    const linkedin = await begin(own, { network: 'linkedin' });
    const [viaPage, viaOwn] = [
      await begin(own, { network: 'instagram' }),
      await begin(own, { network: 'instagram', kind: 'instagram_login' }),
    ];
    const flows = [facebook, linkedin, viaPage, viaOwn];
    expect(new Set(flows.map(({ redirectUri }) => redirectUri.href)).size).toBe(4);
    for (const [asked, answering] of [
      [facebook, linkedin],
      [viaPage, viaOwn],
    ] as const) {
      const mixed = await comeBack(own, { state: asked.state, redirectUri: answering.redirectUri });
      expect([mixed.status, mixed.body]).toEqual([400, expect.stringContaining('does not belong to the network')]);
    }
    expect(networks.asked).toEqual([]);
    expect((await comeBack(own, facebook)).status).toBe(200);
  });

  test('a code that was given for another authorization is worth nothing: its verifier is not sent', async () => {
    const codes = new Map<string, string>();
    const consent = ({ authorizationUrl }: Flow) => {
      const code = `code ${codes.size}`;
      codes.set(code, authorizationUrl.searchParams.get('code_challenge') ?? '');
      return code;
    };
    networks.answer = ({ code = '', codeVerifier }) =>
      Promise.resolve(
        codes.get(code) === challengeOf(codeVerifier ?? '')
          ? granted([page()])
          : { kind: 'refused', ...refusedWords, providerCode: 'invalid_grant' },
      );
    const [theirs, mine] = [await begin(own, { network: 'x' }), await begin(own, { network: 'x' })];
    const stolen = consent(theirs);
    await comeBack(own, mine, { code: stolen });
    expect(await shown(own, mine)).toMatchObject({
      state: 'failed',
      failure: { code: 'refused', providerCode: 'invalid_grant' },
    });
    await comeBack(own, theirs, { code: stolen });
    expect((await shown(own, theirs)).state).toBe('selecting_page');
  });

  test('whoever has lost the right to connect pages meanwhile connects none', async () => {
    const flow = await begin(own);
    await own.inTenant((trx) =>
      trx.updateTable('tenant_member').set({ active: false }).where('user_id', '=', own.tenant.people.giulia).execute(),
    );
    await comeBack(own, flow);
    expect(networks.asked).toEqual([]);
  });

  test('a look at the address uses nothing up', async () => {
    const flow = await begin(own);
    const address = `${own.api.url}${flow.redirectUri.pathname}?${new URLSearchParams({ code: 'c', state: flow.state })}`;
    expect((await fetch(address, { method: 'HEAD' })).status).toBe(405);
    expect((await comeBack(own, flow)).status).toBe(200);
  });
});

describe('an authorization comes to nothing', () => {
  test.each([
    [
      'facebook',
      { error: 'access_denied', error_reason: 'user_denied', error_description: 'Permissions error' },
      'denied',
    ],
    ['linkedin', { error: 'user_cancelled_authorize', error_description: 'The user cancelled' }, 'denied'],
    ['linkedin', { error: 'unauthorized_scope_error', error_description: 'Scope "x" is not authorized' }, 'refused'],
    ['facebook', { nothing: 'at all' }, 'refused'],
  ])('at %s, with %j: %s', async (network, query, code) => {
    const flow = await begin(own, { network });
    const { status } = await comeBack(own, flow, query);
    expect(status).toBe(200);
    expect(await shown(own, flow)).toMatchObject({ state: 'failed', failure: { code } });
    expect(networks.asked).toEqual([]);
    expect(await own.inTenant((trx) => eventsOf(trx, flow.id))).toEqual([
      'authorization.started',
      'authorization.failed',
    ]);
  });

  test('when the network refuses the code, in its own words', async () => {
    networks.answer = () => Promise.resolve({ kind: 'refused', ...refusedWords });
    const flow = await begin(own);
    await comeBack(own, flow);
    expect((await shown(own, flow)).failure).toMatchObject({ code: 'refused', ...refusedWords });
  });

  test('when the network is too slow: the person is not kept waiting', async () => {
    networks.answer = (_asked, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ kind: 'trouble', ...refusedWords, providerStatus: null })),
      );
    const flow = await begin(own);
    const { status, body } = await comeBack(own, flow);
    expect([status, body]).toEqual([200, expect.stringContaining('did not answer as it should')]);
    expect((await shown(own, flow)).failure.code).toBe('network_trouble');
  });

  test('when something of ours breaks, without a word of what', async () => {
    networks.answer = () => Promise.reject(new Error('the code was a-secret-code'));
    const flow = await begin(own);
    const { status, body } = await comeBack(own, flow);
    expect([status, body]).toEqual([503, expect.stringContaining('not working on our side')]);
    expect(body).not.toContain('a-secret-code');
    expect((await shown(own, flow)).state).toBe('failed');
  });
});

test('an address longer than any network sends is not read', async () => {
  const flow = await begin(own);
  const { status } = await comeBack(own, flow, { code: 'c'.repeat(8_000), scope: 's'.repeat(500) });
  expect(status).toBe(414);
  expect((await shown(own, flow)).state).toBe('connecting');
  expect((await comeBack(own, flow, { code: 'c'.repeat(20_000) })).status).toBe(431);
});

test('names are stored whatever a network writes into them', async () => {
  networks.answer = () => Promise.resolve(granted([page({ name: `\0Caffè \ud800${'è'.repeat(400)}` })]));
  const flow = await begin(own);
  await comeBack(own, flow);
  const [{ name }] = (await shown(own, flow)).pages;
  expect(name).toMatch(/^ Caffè \ufffdè+$/);
  expect(name).toHaveLength(300);
});

test('what a network puts into the address is stored as plain text of a decent length', async () => {
  const flow = await begin(own);
  await comeBack(own, flow, { error: 'e\0'.repeat(100), error_description: `\u0007${'d'.repeat(900)}` });
  const { providerCode, providerMessage } = (await shown(own, flow)).failure;
  expect([providerCode.length, providerMessage]).toEqual([100, ` ${'d'.repeat(499)}`]);
});

test('a client that floods the callback is told to wait, in a page', async () => {
  const flood = async () => {
    for (let sent = 0; sent < 100; sent += 1) {
      const { status } = await own.api.call('/connections/callback/facebook/facebook_login', { as: null });
      if (status === 429) return true;
    }
    return false;
  };
  expect(await Promise.all([flood(), flood(), flood(), flood()])).toContain(true);
});
