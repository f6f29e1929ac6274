import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { moveCampaign } from '../db/campaign.ts';
import { readControl, readStart, setCampaignRate } from '../db/campaign-control.ts';
import { freezeChunk, isFrozen } from '../db/campaign-freeze.ts';
import { voidIfChanged } from '../db/campaign-void.ts';
import type { CampaignKey } from '../db/campaign-ledger.ts';
import {
  cancelClaimed,
  cancelQueued,
  mayStillLeave,
  nextMessageDueAt,
  recoverMessages,
} from '../db/campaign-leases.ts';
import { type CampaignNumber, readNumbers } from '../db/campaign-numbers.ts';
import { passGate } from '../db/halt.ts';
import type { Database } from '../db/schema.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import type { CampaignState, CampaignStep, StepRefusal } from '../domain/campaign.ts';
import {
  type CampaignCommand,
  type CampaignReading,
  rateRefusal,
  reviveEveryMs,
  ruleOnCommand,
} from '../domain/campaign-process.ts';
import type { CampaignMessageId, Instant, UserId } from '../domain/ids.ts';
import { beginsAt } from '../domain/quiet-hours.ts';
import type { Clock } from '../platform/clock.ts';
import { whileBeating } from './heartbeat.ts';

export type CampaignActivities = ReturnType<typeof campaignActivities>;

/** A command of a person to a campaign. */
export interface CampaignOrder extends CampaignKey {
  readonly by: UserId;
}

export interface CampaignDependencies {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
}

/** How a command ended. */
export type CampaignAnswer = { readonly state: CampaignState } | { readonly refusal: StepRefusal };

/** How often it is looked whether the last call has left, after a campaign was stopped. */
const lookEveryMs = 100;
const cancelChunk = 5_000;
const leadsTo = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const;
/** Nothing moves what is not there. */
const gone = { state: 'cancelled', pauseReason: null } as const;

/** The states of a campaign; what it sends is for `campaign-slice.ts`. */
export function campaignActivities({ db, clock }: CampaignDependencies) {
  const inTenant = <T>({ tenantId }: CampaignKey, work: (trx: TenantTransaction) => Promise<T>): Promise<T> =>
    withTenant(db, tenantId, work);
  /** For what lets a campaign run: whoever stops the tenant either knows of it, or is known to it. */
  const throughGate = <T>(key: CampaignKey, work: (trx: TenantTransaction) => Promise<T>): Promise<T> =>
    inTenant(key, async (trx) => {
      await passGate(trx, key.tenantId);
      return work(trx);
    });
  const now = (): Date => new Date(clock());

  return {
    /** Its rows, as its process goes by them; null: there is no such campaign. */
    readCampaign: (key: CampaignKey): Promise<CampaignReading | null> => inTenant(key, (trx) => read(trx, key, now())),

    /** Begins what is due, if it is still what was approved. */
    startCampaign: (key: CampaignKey): Promise<void> =>
      throughGate(key, async (trx) => {
        if (await voidIfChanged(trx, key, now())) return;
        await move(trx, key, { kind: 'start' });
      }),

    /** The numbers of a campaign that was waiting for them work again. */
    reviveCampaign: (key: CampaignKey): Promise<void> =>
      throughGate(key, async (trx) => {
        const control = await readControl(trx, key, { lock: true });
        if (control?.pauseReason === 'connection') await move(trx, key, { kind: 'resume' });
      }),

    /** Ends one of which every row has ended; a row that came back meanwhile keeps it running. */
    finishCampaign: (key: CampaignKey): Promise<void> =>
      inTenant(key, async (trx) => {
        // Locked first: a message that fails late puts its row back only while the campaign goes on.
        await readControl(trx, key, { lock: true });
        if ((await nextMessageDueAt(trx, key, now())) !== null) return;
        await move(trx, key, { kind: 'finish' });
      }),

    /** Writes the audience into the ledger, piece by piece, until all of it is there or the campaign is stopped. */
    freezeAudience: (key: CampaignKey): Promise<void> =>
      whileBeating(async () => {
        for (;;) {
          const isDone = await inTenant(key, async (trx) => {
            const control = await readControl(trx, key);
            return (
              control?.state !== 'running' || control.halted || (await freezeChunk(trx, { ...key, now: now() })).done
            );
          });
          if (isDone) return;
        }
      }),

    /** Answers when nothing can leave any more. */
    async pauseCampaign(order: CampaignOrder): Promise<CampaignAnswer> {
      const answer = await obey('pause', order);
      await untilStill(order);
      return answer;
    },

    resumeCampaign: (order: CampaignOrder): Promise<CampaignAnswer> => obey('resume', order),

    /** Answers when nothing can leave any more; what was not sent is written down afterwards. */
    async cancelCampaign(order: CampaignOrder): Promise<CampaignAnswer> {
      const answer = await obey('cancel', order);
      await untilStill(order);
      return answer;
    },

    setCampaignRate: ({ by, ratePerS, ...key }: CampaignOrder & { readonly ratePerS: number | null }) =>
      inTenant(key, async (trx): Promise<CampaignAnswer> => {
        const control = await readControl(trx, key, { lock: true });
        const state = control?.state ?? 'cancelled';
        const refusal = rateRefusal(state);
        if (refusal !== null) return { refusal };
        // Repeated after a lost answer, it has been done.
        if (control?.ratePerS !== ratePerS) await setCampaignRate(trx, key, { ratePerS, by, now: now() });
        return { state };
      }),

    /** Brings the rows of a cancelled campaign to their ends: what was not sent is skipped. */
    closeCampaign: (key: CampaignKey): Promise<void> =>
      whileBeating(async () => {
        await inTenant(key, (trx) => recoverMessages(trx, key, now()));
        await inTenant(key, (trx) => cancelClaimed(trx, key));
        let after: CampaignMessageId | null = null;
        do after = await cancelChunkOf(key, after);
        while (after !== null);
      }),
  };

  function cancelChunkOf(key: CampaignKey, after: CampaignMessageId | null): Promise<CampaignMessageId | null> {
    return inTenant(key, (trx) => cancelQueued(trx, key, { after, limit: cancelChunk }));
  }

  /** A step of the process itself. Where somebody was first, nothing happens: it reads anew what there is. */
  async function move(trx: TenantTransaction, key: CampaignKey, step: CampaignStep): Promise<void> {
    await moveCampaign(trx, { ...key, step, actor: { kind: 'process' }, now: now() });
  }

  function obey(command: CampaignCommand, { by, tenantId, campaignId }: CampaignOrder): Promise<CampaignAnswer> {
    const key = { tenantId, campaignId };
    return throughGate(key, async (trx): Promise<CampaignAnswer> => {
      const position = (await readControl(trx, key, { lock: true })) ?? gone;
      const ruling = ruleOnCommand(command, position);
      if ('refusal' in ruling) return ruling;
      const { step } = ruling;
      if (step === null) return { state: position.state };
      await moveCampaign(trx, { ...key, step, actor: { kind: 'user', id: by }, now: now() });
      return { state: leadsTo[command] };
    });
  }

  async function untilStill(key: CampaignKey): Promise<void> {
    while (await inTenant(key, (trx) => mayStillLeave(trx, key))) await sleep(lookEveryMs);
  }
}

async function read(trx: TenantTransaction, key: CampaignKey, now: Date): Promise<CampaignReading | null> {
  const control = await readControl(trx, key);
  if (control === null) return null;
  const numbers = await readNumbers(trx, key);
  const ledger = control.state === 'running' || control.state === 'cancelled';
  return {
    state: control.state,
    pauseReason: control.pauseReason,
    startsAt: beginsAt(await readStart(trx, key)) ?? 0,
    waitingUntil: control.waitingUntil?.getTime() ?? null,
    numbers: numbers.map(({ id }) => id),
    numbersWork: numbers.every(({ works }) => works),
    halted: control.halted,
    askAt: nextQuestion(numbers),
    frozen: await isFrozen(trx, key.campaignId),
    nextDueAt: ledger ? ((await nextMessageDueAt(trx, key, now))?.getTime() ?? null) : null,
  };
}

/** When WhatsApp is next to be asked about a number; null: about none. */
function nextQuestion(numbers: readonly CampaignNumber[]): Instant | null {
  const asked = numbers.flatMap(({ unansweredSince }) => (unansweredSince === null ? [] : [unansweredSince.getTime()]));
  return asked.length === 0 ? null : Math.min(...asked) + reviveEveryMs;
}
