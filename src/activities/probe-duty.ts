import { ChannelError } from '../channels/channel.ts';
import type { Connector, HeldPage, PageProfile } from '../channels/connector.ts';
import { wordsOf } from '../channels/provider-words.ts';
import { type ClaimedDuty, settleDuty } from '../db/connection-duty.ts';
import { recordLook } from '../db/connection-health.ts';
import { tellConnection } from '../db/connection-process.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import { type Look, wordless } from '../domain/connection-health.ts';
import { beginsWeek, probeDueAt } from '../domain/connection-schedule.ts';
import { lackedScopes } from '../domain/grant-scopes.ts';
import type { DoDuty, DutyDependencies, DutyOutcome } from './duty.ts';
import { type HeldConnection, readHeldConnection } from './held-page.ts';
import { errorAfter, hasLapsed, oddToken } from './renewed-access.ts';

/** A network that takes longer says nothing. */
const askTimeoutMs = 15_000;

/** What a look brought, and for how long the network wants to be left alone. */
interface Seen {
  readonly look: Look;
  readonly retryAfterMs: number;
}

/** Looks whether a page works and what its token may do, so that its state is true. */
export function probeDuty(dependencies: DutyDependencies): DoDuty {
  const { db, masterKeys, clock, connectors } = dependencies;
  return async (duty) => {
    const { tenantId } = duty;
    const asked = { masterKeys, now: new Date(clock()) };
    const held = await withTenant(db, tenantId, (trx) => readHeldConnection(trx, duty, asked));
    const connector = held === null ? null : connectors(held.network, held.grantKind);
    if (held === null || connector === null) {
      await withTenant(db, tenantId, (trx) => settleDuty(trx, duty, null));
      return 'dropped';
    }
    const seen =
      held.page === null ? nothingHeld : await look(dependencies, duty, { connector, held, page: held.page });
    return writeDown(dependencies, duty, { held, seen });
  };
}

/** A connection without a token has nothing to be looked at with. */
const nothingHeld: Seen = {
  look: { kind: 'grant_refused', problem: 'gone', missing: [], ...wordless },
  retryAfterMs: 0,
};

interface Subject {
  readonly connector: Connector;
  readonly held: HeldConnection;
  readonly page: HeldPage;
}

/** With the token that is there, and once more with a new one if it has lapsed. */
async function look({ refresh }: DutyDependencies, duty: ClaimedDuty, subject: Subject): Promise<Seen> {
  try {
    return await ask(subject);
  } catch (refused) {
    if (!hasLapsed(refused)) return seenIn(refused, subject);
    const { tenantId, connectionId } = duty;
    const outcome = await refresh({ tenantId, connectionId, usedVersion: subject.held.tokenVersion });
    const standing = errorAfter(outcome, refused);
    if (standing !== null || !('accessToken' in outcome)) return seenIn(standing ?? refused, subject);
    const renewed = { ...subject, page: { ...subject.page, accessToken: outcome.accessToken } };
    try {
      return await ask(renewed);
    } catch (error) {
      return seenIn(hasLapsed(error) ? oddToken(error) : error, renewed);
    }
  }
}

async function ask({ connector, page }: Subject): Promise<Seen> {
  const signal = AbortSignal.timeout(askTimeoutMs);
  const profile: PageProfile = await connector.probe(page, { signal });
  const scopes = await connector.grantedScopes(page, { signal });
  return { look: { kind: 'works', name: profile.name, scopes }, retryAfterMs: 0 };
}

async function seenIn(error: unknown, subject: Subject): Promise<Seen> {
  if (!(error instanceof ChannelError)) throw error;
  const words = wordsOf(error);
  const { grantProblem: problem } = error;
  if (problem === null) return { look: { kind: 'trouble', ...words }, retryAfterMs: error.retryAfterMs ?? 0 };
  const missing = problem === 'permission' ? await missingAt(subject, error.missingScopes) : [];
  return { look: { kind: 'grant_refused', problem, missing, ...words }, retryAfterMs: 0 };
}

/** Which of the permissions that we ask for the token lacks; where the network lists all or none, those that it named. */
async function missingAt({ connector, page }: Subject, named: readonly string[]): Promise<readonly string[]> {
  try {
    const granted = await connector.grantedScopes(page, { signal: AbortSignal.timeout(askTimeoutMs) });
    if (granted === null) return named;
    const missing = lackedScopes(connector.network, connector.kind, granted);
    return missing.length === 0 ? named : missing;
  } catch (error) {
    if (error instanceof ChannelError) return named;
    throw error;
  }
}

async function writeDown(
  { db, clock }: DutyDependencies,
  duty: ClaimedDuty,
  { held, seen }: { held: HeldConnection; seen: Seen },
): Promise<DutyOutcome> {
  const { tenantId, connectionId, network, attempts } = duty;
  const failed = seen.look.kind === 'trouble';
  return withTenant(db, tenantId, async (trx) => {
    const now = new Date(clock());
    const actor = { kind: 'network' } as const;
    const looked = { tenantId, connectionId, actor, grantVersion: held.grantVersion, now };
    const { state } = await recordLook(trx, looked, seen.look);
    if (seen.look.kind === 'works') await rememberPicture(trx, duty, { held, now });
    const dueAt = probeDueAt(
      { network, now: now.getTime(), state, failures: failed ? attempts - 1 : 0 },
      Math.random(),
    );
    const patient = dueAt === null ? null : Math.max(dueAt, now.getTime() + seen.retryAfterMs);
    await settleDuty(trx, duty, patient === null ? null : { dueAt: new Date(patient), failed });
    return failed ? 'failed' : seen.look.kind === 'works' ? 'done' : 'refused';
  });
}

/** The process of the connection keeps the page's picture, whenever it hears anything: a page that only works is silent. */
async function rememberPicture(
  trx: TenantTransaction,
  { tenantId, connectionId, network }: ClaimedDuty,
  { held, now }: { held: HeldConnection; now: Date },
): Promise<void> {
  const [connectedAt, lastLookAt] = [held.connectedAt.getTime(), held.lastLookAt.getTime()];
  if (!beginsWeek({ connectedAt, lastLookAt, now: now.getTime() })) return;
  await tellConnection(trx, { tenantId, connectionId, network }, now);
}
