import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type SendDesk, type SendEnd, type SendLimits, sendOut } from '../../src/activities/campaign-sending.ts';
import type { ClaimedMessage, MarkedMessage, MessageResult } from '../../src/db/campaign-ledger.ts';
import type { AuthorId, CampaignMessageId } from '../../src/domain/ids.ts';

const width = 8;

test('everything that is due is sent once, its answer written down, and the number says that it is drained', async () => {
  const ledger = ledgerOf(300);
  expect(await sendOut(ledger.desk, limits(), null)).toEqual({ end: 'drained', sent: 300 });
  expect(new Set(ledger.sent).size).toBe(300);
  expect(ledger.settled.map(({ id }) => id).toSorted()).toEqual(ledger.sent.toSorted());
  expect(ledger.mostAtOnce).toBe(width);
});

test('a row that comes back behind the cursor is found before the number is drained', async () => {
  const ledger = ledgerOf(60, { again: new Set(['m-0003']) });
  await sendOut(ledger.desk, limits(), null);
  expect(ledger.sent.filter((id) => id === 'm-0003')).toHaveLength(2);
});

test('when the campaign is stopped nothing more is marked, and what was claimed goes back', async () => {
  const ledger = ledgerOf(400, { stopAfter: 100 });
  const { end, sent } = await sendOut(ledger.desk, limits(), null);
  expect(end).toBe('stopped');
  expect(sent).toBe(ledger.sent.length);
  expect(ledger.marked).toBeLessThan(100 + width + 40);
  const unsent = ledger.settled.filter(({ kind }) => kind === 'again').length;
  expect(ledger.sent.length + unsent + ledger.givenBack.length).toBe(ledger.claimed);
});

test('asked to stop, it waits for the answers that are on their way and returns what has not left', async () => {
  const stopping = new AbortController();
  const ledger = ledgerOf(400, { takesMs: 20 });
  const working = sendOut(ledger.desk, limits({ signal: stopping.signal }), null);
  await sleep(60);
  stopping.abort();
  expect((await working).end).toBe('time');
  const undone = ledger.settled.filter(({ kind }) => kind === 'again').length;
  expect(ledger.sent.length + undone + ledger.givenBack.length).toBe(ledger.claimed);
  expect(ledger.sent.length).toBeLessThan(400);
});

test('with the reach used up it still sends what it has reserved', async () => {
  const ledger = ledgerOf(100, { reach: 40 });
  expect(await sendOut(ledger.desk, limits(), null)).toEqual({ end: 'reach', sent: 40 });
});

test('a fault of our own ends the slice, after the answers that are on their way were written down', async () => {
  const ledger = ledgerOf(200, { failAfter: 50 });
  await expect(sendOut(ledger.desk, limits(), null)).rejects.toThrow('Postgres is away');
  expect(ledger.settled.filter(({ kind }) => kind === 'sent')).toHaveLength(ledger.sent.length);
});

test('rows of which nobody said whether they were marked are not sent, and go back from either state', async () => {
  const ledger = ledgerOf(200, { losesMark: true });
  await expect(sendOut(ledger.desk, limits(), null)).rejects.toThrow('Postgres is away');
  expect(ledger.lostMarks.length).toBeGreaterThan(0);
  const again = ledger.settled.filter(({ kind }) => kind === 'again').map(({ id }) => id);
  for (const id of ledger.lostMarks) {
    expect(ledger.sent).not.toContain(id);
    expect(again).toContain(id);
    expect(ledger.givenBack).toContain(id);
  }
});

function limits(change: Partial<SendLimits> = {}): SendLimits {
  const { signal } = new AbortController();
  return { width, claimSize: 50, until: Infinity, signal, clock: Date.now, onCursor: () => undefined, ...change };
}

interface Script {
  readonly takesMs?: number;
  /** Come back once, due at once. */
  readonly again?: Set<string>;
  readonly stopAfter?: number;
  readonly reach?: number;
  readonly failAfter?: number;
  /** The third mark is made, and its answer lost. */
  readonly losesMark?: boolean;
}

/** A ledger in memory, with the rows in the order of their ids. */
function ledgerOf(rows: number, script: Script = {}) {
  const queued = new Set(Array.from({ length: rows }, (_, n) => `m-${String(n).padStart(4, '0')}`));
  const again = new Set(script.again ?? []);
  const ledger = {
    sent: [] as string[],
    settled: [] as MessageResult[],
    givenBack: [] as string[],
    claimed: 0,
    lostMarks: [] as string[],
    mostAtOnce: 0,
    marked: 0,
  };
  let marks = 0;
  let atOnce = 0;
  const ended = (): SendEnd | null => (ledger.marked >= (script.stopAfter ?? Infinity) ? 'stopped' : null);
  const desk: SendDesk = {
    async claim(after, limit) {
      if (ledger.marked >= (script.failAfter ?? Infinity)) throw new Error('Postgres is away');
      const behind = [...queued].filter((id) => after === null || id > after).toSorted();
      const room = Math.max(0, (script.reach ?? Infinity) - ledger.claimed);
      const ids = behind.slice(0, Math.min(limit, room));
      for (const id of ids) queued.delete(id);
      ledger.claimed += ids.length;
      const last = (behind.slice(0, limit).at(-1) ?? null) as CampaignMessageId | null;
      return { messages: ids.map(messageOf), last, dry: behind.length < limit, reachUsedUp: room < limit };
    },
    async block(most) {
      const end = ended();
      return end === null ? { count: Math.min(most, 20), startsInMs: 1, ended: null } : { ended: end };
    },
    async mark(messages) {
      const end = ended();
      if (end !== null) return { ended: end };
      if (script.losesMark && (marks += 1) === 3) {
        ledger.lostMarks.push(...messages.map(({ id }) => id));
        throw new Error('Postgres is away');
      }
      ledger.marked += messages.length;
      return messages.map(({ id }): MarkedMessage => ({ id, state: 'sending', attempts: 1 }));
    },
    async send({ id }) {
      atOnce += 1;
      ledger.mostAtOnce = Math.max(ledger.mostAtOnce, atOnce);
      await sleep(script.takesMs ?? 1);
      atOnce -= 1;
      ledger.sent.push(id);
      if (!again.delete(id)) return { id, kind: 'sent', providerMessageId: `wamid.${id}` };
      return { id, kind: 'again', dueAt: new Date(), counts: true, code: null };
    },
    unsent: ({ id }) => ({ id, kind: 'again', dueAt: new Date(), counts: false, code: null }),
    async settle(results) {
      ledger.settled.push(...results);
      for (const { id, kind } of results) if (kind === 'again') queued.add(id);
    },
    async giveBack(messages) {
      ledger.givenBack.push(...messages.map(({ id }) => id));
    },
  };
  return Object.assign(ledger, { desk });
}

function messageOf(id: string): ClaimedMessage {
  return {
    id: id as CampaignMessageId,
    authorId: id as AuthorId,
    variant: 'A',
    attempts: 0,
    capped: false,
    phone: '+393400000001',
    externalId: null,
    name: '',
    country: 'IT',
    timeZone: null,
    attributes: {},
    windowOpen: false,
  };
}
