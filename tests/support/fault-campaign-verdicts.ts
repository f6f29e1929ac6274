import type { Kysely } from 'kysely';
import { expect } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import type { CampaignMessageId } from '../../src/domain/ids.ts';
import { referenceIn } from '../../src/domain/opaque-data.ts';
import { caller, expected } from './fault-api.ts';
import {
  endStates,
  type KnownMessage,
  ledgerOf,
  type LedgerRow,
  losses,
  takenMessages,
  untilAllTold,
} from './fault-campaign.ts';
import { tell } from './fault-harness.ts';
import { eventually } from './fault-wait.ts';
import type { OwnCampaign } from './own-campaign.ts';

/** A second to leave, a second for the answers that come late, and a machine with much else to do. */
const aroundKillMs = 8_000;

/**
 * Holds a campaign that has ended against what WhatsApp has counted: nobody twice, nobody left out, every row in the
 * state of which we were told, and whatever is in doubt for a reason. `kills`: the instants at which its worker died.
 */
export async function judge(
  db: Kysely<Database>,
  own: OwnCampaign,
  { recipients, kills }: { recipients: number; kills: readonly number[] },
): Promise<void> {
  await untilAllTold(120_000);
  const [messages, rows] = [await takenMessages(), await ledgerOf(db, own)];
  const people = messages.map(({ to }) => to);
  expect(new Set(people).size, 'nobody is written to twice').toBe(people.length);
  expect(rows).toHaveLength(recipients);
  expect(
    rows.filter(({ state }) => !endStates.includes(state)),
    'every row has come to an end',
  ).toEqual([]);

  const known = new Map(messages.map((message) => [rowIdOf(message), message]));
  expect(known.size, 'each message names the row that it is').toBe(messages.length);
  const wrong = rows.filter((row) => !agrees(row, known.get(row.id)));
  expect(wrong, 'each row is what WhatsApp has told of it').toEqual([]);
  const reasons = await reasonsOf(rows, { known, kills });
  tell(
    'unconfirmed',
    Object.fromEntries(
      Map.groupBy(reasons, ([, why]) => why)
        .entries()
        .map(countOf),
    ),
  );
  expect(
    reasons.filter(([, why]) => why === 'unknown'),
    'whatever is in doubt is so for a reason',
  ).toEqual([]);
  expect(
    reasons.filter(([, why]) => why === diedBetween).length,
    'what a worker had marked and not sent is sent by the next one',
  ).toBeLessThanOrEqual(process.platform === 'linux' ? kills.length : Infinity);
  await judgeResults(own, { messages, rows });
}

/** One at a time is noted as leaving, and then leaves. */
const diedBetween = 'its worker died just before the call';

const countOf = ([why, rows]: [string, readonly unknown[]]): [string, number] => [why, rows.length];

function rowIdOf({ opaque }: KnownMessage): CampaignMessageId | null {
  const reference = referenceIn(opaque);
  return reference?.kind === 'campaign' ? reference.id : null;
}

/** Without a status the answer alone can have said that a message was taken. */
function agrees({ state }: LedgerRow, message: KnownMessage | undefined): boolean {
  if (message === undefined) return state === 'skipped' || state === 'unconfirmed';
  return message.told === null ? state === 'sent' || state === 'unconfirmed' : state === message.told;
}

/** Why each row is in doubt. */
async function reasonsOf(
  rows: readonly LedgerRow[],
  { known, kills }: { known: ReadonlyMap<CampaignMessageId | null, KnownMessage>; kills: readonly number[] },
): Promise<readonly (readonly [LedgerRow, string])[]> {
  const lost = new Map((await losses()).map(({ opaque, what }) => [referenceIn(opaque)?.id, what]));
  const diedWith = ({ sending_at: at }: LedgerRow): boolean =>
    kills.some((kill) => at !== null && at.getTime() <= kill && at.getTime() > kill - aroundKillMs);
  return rows
    .filter(({ state }) => state === 'unconfirmed')
    .map((row) => {
      const loss = lost.get(row.id);
      if (loss === 'request' && !known.has(row.id)) return [row, 'the request was cut'] as const;
      if (loss === 'answer' && known.has(row.id)) return [row, 'answer and statuses were lost'] as const;
      if (!diedWith(row)) return [row, 'unknown'] as const;
      return [row, known.has(row.id) ? 'its worker died, statuses were lost' : diedBetween] as const;
    });
}

/** What the API says of the campaign, to somebody with a real token. */
async function judgeResults(
  own: OwnCampaign,
  { messages, rows }: { messages: readonly KnownMessage[]; rows: readonly LedgerRow[] },
): Promise<void> {
  const inState = (state: string) => rows.filter((row) => row.state === state).length;
  const told = (...kinds: readonly (string | null)[]) =>
    messages.filter((message) => kinds.includes(message.told)).length;
  const doubted = new Set(
    rows.filter(({ state }) => state === 'unconfirmed').map(({ id }) => id as string | undefined),
  );
  const since = Date.now();
  const results = await eventually(
    'results counted anew',
    async () => {
      const answered = await caller('laura.borgoverde').get(`/v1/campaigns/${own.campaignId}/results`);
      const body = expected<{ asOf: string; recipients: number; total: object }>(answered, 200);
      return Date.parse(body.asOf) >= since ? body : null;
    },
    { withinMs: 60_000 },
  );
  expect(results.recipients).toBe(rows.length);
  expect(results.total).toMatchObject({
    waiting: 0,
    sent: messages.filter((message) => !doubted.has(rowIdOf(message) ?? undefined)).length,
    delivered: told('delivered', 'read'),
    read: told('read'),
    failed: 0,
    unconfirmed: inState('unconfirmed'),
    skipped: inState('skipped'),
  });
  tell('results', results.total as Record<string, unknown>);
}
