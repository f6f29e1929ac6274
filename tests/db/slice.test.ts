import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../src/db/tenant.ts';
import type { DutyKind } from '../../src/domain/connection.ts';
import { scopesOf } from '../../src/domain/grant-scopes.ts';
import {
  clearDuties,
  describePage,
  type HeldPageFacts,
  insertPage,
  type TestPage,
} from './support/held-connections.ts';
import { useOwnDatabase } from './support/own-database.ts';
import { refusal, type ScriptedSlices, scriptedSlices } from './support/scripted-network.ts';

const start = Date.UTC(2026, 10, 24, 10);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const every = scopesOf('linkedin', 'oauth').map(({ scope }) => scope);
const databases = useOwnDatabase();
let slices: ScriptedSlices;

beforeEach(() => {
  slices = scriptedSlices(databases, start);
});

afterEach(() => clearDuties(databases));

describe('a look at a page', () => {
  it('that works changes nothing but when it last worked, and comes again in an hour', async () => {
    const page = await insert({ duties: ['probe'] });
    await slices.run('probe');
    const { events, told, duties, ...row } = await rowOf(page);
    expect([row.state, row.last_success_at, events, told]).toEqual(['connected', new Date(start), [], []]);
    expect(minutesUntil(duties, 'probe')).toBeGreaterThanOrEqual(54);
    expect(minutesUntil(duties, 'probe')).toBeLessThanOrEqual(66);
  });

  it('takes a page’s new name', async () => {
    const page = await insert({ duties: ['probe'] });
    slices.network.probe = () => Promise.resolve({ name: 'Nuovo nome', pictureUrl: null });
    await slices.run('probe');
    expect((await rowOf(page)).name).toBe('Nuovo nome');
  });

  it('has the process look for a new picture once a week, and else leaves it alone', async () => {
    const page = await insert({ duties: ['probe'] });
    for (let day = 0; day < 15; day += 1) {
      slices.now = start + day * 24 * hourMs;
      await slices.run('probe');
    }
    expect((await rowOf(page)).told).toEqual(['connection_changed', 'connection_changed']);
  });

  it('finds a permission lost and names it; publishing, which does not need it, goes on', async () => {
    const page = await insert({ duties: ['probe'], scopes: every });
    slices.network.scopes = () => Promise.resolve(every.filter((scope) => scope !== 'r_organization_social'));
    await slices.run('probe');
    const lost = await rowOf(page);
    expect([lost.state, lost.missing_scopes, lost.error]).toEqual([
      'refresh_required',
      ['r_organization_social'],
      'permission_lost',
    ]);
    expect([lost.events, lost.told]).toEqual([['connection.broken'], ['connection_changed']]);
    // Again, an hour later: nobody is told twice.
    await next('probe');
    expect((await rowOf(page)).events).toEqual(['connection.broken']);
    slices.network.scopes = () => Promise.resolve(every);
    await next('probe');
    const repaired = await rowOf(page);
    expect([repaired.state, repaired.missing_scopes]).toEqual(['connected', []]);
    expect(repaired.events).toEqual(['connection.broken', 'connection.repaired']);
    expect(repaired.told).toEqual(['connection_changed', 'connection_changed']);
  });

  it('takes the network’s word for which permission is lost where it lists none', async () => {
    const page = await insert({ duties: ['probe'] });
    const missingScopes = ['rw_organization_admin'];
    const lost = refusal({ class: 'refresh_token', grantProblem: 'permission', missingScopes }, 403);
    slices.network.probe = () => Promise.reject(lost);
    await slices.run('probe');
    expect(await rowOf(page)).toMatchObject({ state: 'refresh_required', missing_scopes: missingScopes });
  });

  it('renews a token that has lapsed, and looks again with the new one', async () => {
    const page = await insert({ duties: ['probe'], expiresAt: new Date(start + hourMs) });
    slices.network.probe = (token) =>
      token === 'second token'
        ? Promise.resolve({ name: 'Pagina', pictureUrl: null })
        : Promise.reject(refusal({ class: 'refresh_token', grantProblem: 'gone' }, 401));
    slices.network.refresh = () => Promise.resolve(grant('second token'));
    await slices.run('probe');
    const { state, events } = await rowOf(page);
    expect([state, events]).toEqual(['connected', []]);
  });

  it('says that the grant is gone only after the network has refused to renew it', async () => {
    const page = await insert({ duties: ['probe', 'refresh'] });
    slices.network.probe = () => Promise.reject(refusal({ class: 'refresh_token', grantProblem: 'gone' }, 401));
    slices.network.refresh = () => Promise.reject(refusal({ class: 'disconnected', grantProblem: 'gone' }, 400));
    await slices.run('probe');
    const { state, error, events, told, duties } = await rowOf(page);
    expect([state, error, events, told]).toEqual([
      'expired',
      'grant_gone',
      ['connection.broken'],
      ['connection_changed'],
    ]);
    expect(duties).toEqual([]);
  });

  it('asks for consent a week before it lapses, tells it once, and is content when it was renewed', async () => {
    const page = await insert({ duties: ['probe'], consentExpiresAt: new Date(start + 7 * 24 * hourMs) });
    await slices.run('probe');
    await next('probe');
    const { state, error, events } = await rowOf(page);
    expect([state, error, events]).toEqual(['refresh_required', null, ['connection.broken']]);
    await renewConsent(page);
    await next('probe');
    expect(await rowOf(page)).toMatchObject({
      state: 'connected',
      events: ['connection.broken', 'connection.repaired'],
    });
  });

  it('is not taken at a page that was disconnected', async () => {
    const page = await insert({ duties: ['probe'], state: 'disconnected' });
    await slices.run('probe');
    expect(await rowOf(page)).toMatchObject({ state: 'disconnected', duties: [], events: [] });
    expect(slices.outcomes).toEqual(['dropped']);
  });

  it('that breaks on a fault of our own is put off and keeps no other from its own', async () => {
    const faulty = await insert({ duties: ['probe'] });
    const sound = await insert({ duties: ['probe'] });
    let calls = 0;
    slices.network.probe = () => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('a fault')) : Promise.resolve({ name: 'Pagina', pictureUrl: null });
    };
    expect(await slices.run('probe')).toMatchObject({ worked: 2, failed: 1 });
    const pages = await Promise.all([faulty, sound].map(rowOf));
    expect(pages.map(({ state }) => state)).toEqual(['connected', 'connected']);
    expect(pages.flatMap(({ duties }) => duties.map(({ attempts }) => attempts))).toEqual(
      expect.arrayContaining([0, 1]),
    );
  });
});

describe('a network that is away for an hour', () => {
  it('degrades its pages, once, and they are healthy by themselves when it is back, token renewed', async () => {
    const lapsesAt = new Date(start + 30 * minuteMs);
    const page = await insert({ duties: ['probe', 'refresh'], expiresAt: lapsesAt });
    const isBack = (): boolean => slices.now >= start + hourMs;
    slices.network.probe = (token) => {
      if (!isBack()) return Promise.reject(refusal({ class: 'unknown' }));
      const lapsed = token === 'first token' && slices.now >= lapsesAt.getTime();
      return lapsed
        ? Promise.reject(refusal({ class: 'refresh_token', grantProblem: 'gone' }, 401))
        : Promise.resolve({ name: 'Pagina', pictureUrl: null });
    };
    slices.network.refresh = () =>
      isBack() ? Promise.resolve(grant('second token')) : Promise.reject(refusal({ class: 'retry_later' }, 503));

    await pass(59 * minuteMs);
    const during = await rowOf(page);
    expect([during.state, during.events]).toEqual(['degraded', ['connection.degraded']]);
    expect(during.told).toEqual(['connection_changed']);
    const triesDuring = slices.outcomes.length;
    // Each time later than the last: both duties together a dozen times, not a hundred.
    expect(triesDuring).toBeGreaterThan(5);
    expect(triesDuring).toBeLessThan(20);

    await pass(12 * minuteMs);
    const afterwards = await rowOf(page);
    expect([afterwards.state, afterwards.error]).toEqual(['connected', null]);
    expect(afterwards.events).toEqual(['connection.degraded', 'connection.recovered']);
    expect(afterwards.told).toEqual(['connection_changed', 'connection_changed']);
    expect(afterwards.duties.map(({ attempts }) => attempts)).toEqual([0, 0]);
  });

  it('breaks nothing, however long it is away', async () => {
    const page = await insert({ duties: ['probe', 'refresh'], expiresAt: new Date(start - 1) });
    slices.network.probe = () => Promise.reject(refusal({ class: 'retry_later' }, 503));
    slices.network.refresh = () => Promise.reject(refusal({ class: 'retry_later' }, 503));
    await pass(24 * hourMs, 10 * minuteMs);
    expect(await rowOf(page)).toMatchObject({ state: 'degraded', events: ['connection.degraded'] });
  });
});

describe('a token that is due', () => {
  it('is renewed, and is due again before the new one lapses', async () => {
    const page = await insert({ duties: ['refresh'], expiresAt: new Date(start + 12 * minuteMs) });
    slices.network.refresh = () => Promise.resolve(grant('second token'));
    expect(await slices.run('refresh')).toMatchObject({ worked: 1, failed: 0 });
    const { duties, events } = await rowOf(page);
    expect(events).toEqual([]);
    expect(minutesUntil(duties, 'refresh')).toBeGreaterThanOrEqual(45);
    expect(minutesUntil(duties, 'refresh')).toBeLessThanOrEqual(51);
  });

  it('that cannot be renewed degrades the page at the third failure, and a working look does not hide that', async () => {
    const page = await insert({ duties: ['probe', 'refresh'], expiresAt: new Date(start + 10 * hourMs) });
    slices.network.refresh = () => Promise.reject(refusal({ class: 'retry_later' }, 503));
    await slices.run('refresh');
    await next('refresh');
    expect((await rowOf(page)).state).toBe('connected');
    await next('refresh');
    await slices.run('probe');
    expect(await rowOf(page)).toMatchObject({ state: 'degraded', events: ['connection.degraded'] });
    slices.network.refresh = () => Promise.resolve(grant('second token'));
    await next('refresh');
    // It is looked at without waiting for its hour.
    await slices.run('probe');
    expect(await rowOf(page)).toMatchObject({
      state: 'connected',
      events: ['connection.degraded', 'connection.recovered'],
    });
  });

  it('is trouble at once if it is about to lapse', async () => {
    const page = await insert({ duties: ['refresh'], expiresAt: new Date(start + 4 * minuteMs) });
    slices.network.refresh = () => Promise.reject(refusal({ class: 'retry_later' }, 503));
    await slices.run('refresh');
    expect((await rowOf(page)).state).toBe('degraded');
  });

  it('ends with the grant when the network says that it is over', async () => {
    const page = await insert({ duties: ['refresh'], expiresAt: new Date(start + hourMs) });
    slices.network.refresh = () => Promise.reject(refusal({ class: 'disconnected', grantProblem: 'gone' }, 400));
    await slices.run('refresh');
    expect(await rowOf(page)).toMatchObject({ state: 'expired', duties: [], events: ['connection.broken'] });
  });
});

describe('a promise to tell us', () => {
  it('is renewed under the same address and secret, and kept', async () => {
    const page = await insert({ duties: ['watch'] });
    const wishes: unknown[] = [];
    slices.network.watch = (wish) => {
      wishes.push(wish);
      return Promise.resolve({ id: `watch-${wishes.length}`, expiresAt: slices.now + 2 * hourMs });
    };
    await slices.run('watch');
    await next('watch');
    expect(wishes[1]).toEqual(wishes[0]);
    expect(wishes[0]).toMatchObject({ notificationUrl: 'https://chorally.example/webhooks/linkedin' });
    const watches = await withTenant(databases.app, page.tenantId, (trx) =>
      trx.selectFrom('connection_watch').select(['watch_id', 'expires_at']).execute(),
    );
    expect(watches).toEqual([{ watch_id: 'watch-2', expires_at: new Date(slices.now + 2 * hourMs) }]);
  });

  it('that is refused leaves the page as it is until it has been looked at', async () => {
    const page = await insert({ duties: ['watch', 'probe'] });
    await slices.run('probe');
    slices.network.watch = () => Promise.reject(refusal({ class: 'disconnected', grantProblem: 'gone' }, 403));
    await slices.run('watch');
    const { state, duties } = await rowOf(page);
    expect(state).toBe('connected');
    expect(minutesUntil(duties, 'probe')).toBe(0);
  });
});

const insert = (facts: Omit<HeldPageFacts, 'now'>): Promise<TestPage> =>
  insertPage(databases.app, { now: new Date(start), ...facts });
const rowOf = (page: TestPage) => describePage(databases.app, page);
const grant = (accessToken: string) => ({
  accessToken,
  refreshToken: null,
  expiresAt: slices.now + hourMs,
  consentExpiresAt: null,
  scopes: null,
});

type Duties = Awaited<ReturnType<typeof describePage>>['duties'];

function minutesUntil(duties: Duties, kind: DutyKind): number {
  const due = duties.find((duty) => duty.kind === kind);
  if (due === undefined) throw new Error(`no ${kind} is due`);
  return (due.due_at.getTime() - slices.now) / minuteMs;
}

/** Lets time pass until the next duty of this kind is due, and works it off. */
async function next(kind: DutyKind): Promise<void> {
  slices.now += 70 * minuteMs;
  await slices.run(kind);
}

/** Lets so much time pass, with the slices at work. */
async function pass(durationMs: number, stepMs = minuteMs / 2): Promise<void> {
  for (const end = slices.now + durationMs; slices.now < end; slices.now += stepMs) {
    await slices.run('refresh');
    await slices.run('probe');
  }
}

async function renewConsent({ tenantId, connectionId }: TestPage): Promise<void> {
  await withTenant(databases.app, tenantId, (trx) =>
    trx
      .updateTable('connection')
      .set({ consent_expires_at: new Date(slices.now + 365 * 24 * hourMs) })
      .where('id', '=', connectionId)
      .execute(),
  );
}
