import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { TestMessage, TestOutcome, TestSender } from '../api/campaigns/test-sender.ts';
import { readAccess } from '../api/connections/page-access.ts';
import { type AskLimits, countReach, forgetReach } from '../api/messages/count-reach.ts';
import type { OutgoingReply, ReplyDesk, ReplyOutcome } from '../api/messages/reply-desk.ts';
import type { HeldPage } from '../channels/connector.ts';
import { type AuthorRow, selectAuthorByPhone } from '../db/author.ts';
import { isNumberHeld, passGate } from '../db/halt.ts';
import type { Database } from '../db/schema.ts';
import { takeForReply } from '../db/sender-bucket.ts';
import { selectApprovedTemplate } from '../db/template.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import { windowClosesAt } from '../domain/reply-window.ts';
import { componentsFor, missingValues } from '../domain/template-message.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealKey } from '../platform/sealing.ts';

export interface TestSenderDependencies {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly masterKeys: readonly SealKey[];
  readonly replies: ReplyDesk;
  readonly askLimits: AskLimits;
}

/** Sends tests of campaigns as answers are sent: once, in the number's turn, and counted in its portfolio's reach. */
export function testSenderWith(dependencies: TestSenderDependencies): TestSender {
  const { db, clock, replies, askLimits } = dependencies;
  return async (message) => {
    const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> =>
      withTenant(db, message.tenantId, work);
    const now = new Date(clock());
    const prepared = await inTenant((trx) => prepare(trx, message, { now, masterKeys: dependencies.masterKeys }));
    if (prepared.kind !== 'ready') return prepared;
    const { reply, page, author, waitMs } = prepared;
    const opens = author !== null && windowClosesAt(author.lastInboundAt?.getTime() ?? null, now.getTime()) === null;
    const reached = opens
      ? await countReach(inTenant, { ...message, authorId: author.id, page, now }, askLimits)
      : null;
    if (waitMs > 0) await sleep(waitMs);
    const outcome = await sendUnlessHeld(reply);
    const isUnsent = outcome.kind === 'refused' || outcome.kind === 'held';
    if (reached !== null && isUnsent) await forgetReach(inTenant, reached);
    return outcome;

    async function sendUnlessHeld(ready: OutgoingReply): Promise<TestOutcome> {
      const passedMs = await inTenant((trx) => passUnlessHeld(trx, message));
      if (passedMs === null) return { kind: 'held' };
      return outcomeOf(await replies(ready, { departWithinMs: departWithinMs - (performance.now() - passedMs) }));
    }
  };
}

/** Whoever stops the tenant hears that nothing leaves any more after this time. */
const departWithinMs = 1_000;

/** The last step before the call: when the gate was passed, by `performance.now()`; null: the test must not go out. */
async function passUnlessHeld(trx: TenantTransaction, { tenantId, connectionId }: TestMessage): Promise<number | null> {
  await passGate(trx, tenantId);
  const passedMs = performance.now();
  return (await isNumberHeld(trx, connectionId)) ? null : passedMs;
}

type Prepared =
  | {
      readonly kind: 'ready';
      readonly reply: OutgoingReply;
      readonly page: HeldPage;
      /** Whom the number belongs to, as far as we know them. */
      readonly author: AuthorRow | null;
      readonly waitMs: number;
    }
  | Extract<TestOutcome, { kind: 'refused' | 'suppressed' }>;

async function prepare(
  trx: TenantTransaction,
  { tenantId, connectionId, campaignId, templateId, values, to }: TestMessage,
  { now, masterKeys }: { now: Date; masterKeys: readonly SealKey[] },
): Promise<Prepared> {
  const page = (await readAccess(trx, { tenantId, connectionId, now }, masterKeys))?.page ?? null;
  const template = await selectApprovedTemplate(trx, templateId);
  if (page === null || page === 'none' || template === null) return nothingSent;
  const { name, language, content, category } = template;
  if (missingValues(content, values).length > 0) return nothingSent;
  const author = await selectAuthorByPhone(trx, to);
  const unwanted = category === 'marketing' && author?.consent === 'withdrawn';
  if (unwanted || (author !== null && author.blockedAt !== null)) return { kind: 'suppressed' };
  const { externalId, accessToken } = page;
  return {
    kind: 'ready',
    page,
    author,
    waitMs: await takeForReply(trx, { tenantId, connectionId }),
    reply: {
      from: { externalId, accessToken },
      to: { phone: to, userId: null },
      quotes: null,
      reference: { kind: 'test', campaignId },
      content: { kind: 'template', name, language, components: componentsFor(content, values) },
    },
  };
}

/** The plan was judged a moment ago; meanwhile the number or the template has changed. */
const nothingSent = { kind: 'refused', code: null } as const;

function outcomeOf(outcome: ReplyOutcome): TestOutcome {
  if (outcome.kind === 'accepted') return { kind: 'sent' };
  if (outcome.kind === 'lost') return { kind: 'unknown' };
  // A code may have its subcode behind it.
  const code = Number(outcome.providerCode?.split('/')[0] ?? Number.NaN);
  return { kind: 'refused', code: Number.isInteger(code) ? code : null };
}
