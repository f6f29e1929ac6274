import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import {
  type CampaignMove,
  moveCampaign,
  readControl,
  readNumbers,
  readStart,
  setCampaignRate,
} from '../db/campaign-control.ts';
import { freezeChunk, isFrozen } from '../db/campaign-freeze.ts';
import { voidIfChanged } from '../db/campaign-void.ts';
import type { CampaignKey } from '../db/campaign-ledger.ts';
import { cancelMessages, mayStillLeave, nextMessageDueAt, recoverMessages } from '../db/campaign-leases.ts';
import { passGate } from '../db/halt.ts';
import type { Database } from '../db/schema.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import type { CampaignState } from '../domain/campaign.ts';
import {
  type CampaignCommand,
  type CampaignReading,
  type CampaignRefusal,
  commandRefusal,
} from '../domain/campaign-process.ts';
import type { UserId } from '../domain/ids.ts';
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
export type CampaignAnswer = { readonly state: CampaignState } | { readonly refusal: CampaignRefusal };

/** How often it is looked whether the last call has left, after a campaign was stopped. */
const lookEveryMs = 100;
const cancelChunk = 5_000;

/** The states of a campaign; what it sends is for `campaign-slice.ts`. */
export function campaignActivities({ db, clock }: CampaignDependencies) {
  const inTenant = <T>({ tenantId }: CampaignKey, work: (trx: TenantTransaction) => Promise<T>): Promise<T> =>
    withTenant(db, tenantId, work);
  const now = (): Date => new Date(clock());

  return {
    /** Its rows, as its process goes by them; null: there is no such campaign. */
    readCampaign: (key: CampaignKey): Promise<CampaignReading | null> => inTenant(key, (trx) => read(trx, key, now())),

    /** Begins what is due, if it is still what was approved. */
    startCampaign: (key: CampaignKey): Promise<void> =>
      inTenant(key, async (trx) => {
        await passGate(trx, key.tenantId);
        if (await voidIfChanged(trx, key, now())) return;
        await moveCampaign(trx, key, { to: 'running', from: ['scheduled'], by: null, now: now() });
      }),

    /** The numbers of a campaign that was waiting for them work again. */
    reviveCampaign: (key: CampaignKey) => move(key, { to: 'running', from: ['paused'] }),

    /** Ends one of which every row has ended; a row that came back meanwhile keeps it running. */
    finishCampaign: (key: CampaignKey): Promise<void> =>
      inTenant(key, async (trx) => {
        if ((await nextMessageDueAt(trx, key, now())) !== null) return;
        await moveCampaign(trx, key, { to: 'finished', from: ['running'], by: null, now: now() });
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
    async pauseCampaign({ by, ...key }: CampaignOrder): Promise<CampaignAnswer> {
      const answer = await order(key, 'pause', { to: 'paused', from: ['running'], reason: 'manual', by });
      await untilStill(key);
      return answer;
    },

    resumeCampaign: ({ by, ...key }: CampaignOrder): Promise<CampaignAnswer> =>
      order(key, 'resume', { to: 'running', from: ['paused'], by }),

    /** Answers when nothing can leave any more; what was not sent is written down afterwards. */
    async cancelCampaign({ by, ...key }: CampaignOrder): Promise<CampaignAnswer> {
      const answer = await order(key, 'cancel', { to: 'cancelled', from: ['scheduled', 'running', 'paused'], by });
      await untilStill(key);
      return answer;
    },

    setCampaignRate: ({ by, ratePerS, ...key }: CampaignOrder & { readonly ratePerS: number | null }) =>
      inTenant(key, async (trx): Promise<CampaignAnswer> => {
        const control = await readControl(trx, key, { lock: true });
        const state = control?.state ?? 'cancelled';
        const refusal = commandRefusal('set_rate', state);
        if (refusal !== null) return { refusal };
        // Repeated after a lost answer, it has been done.
        if (control?.ratePerS !== ratePerS) await setCampaignRate(trx, key, { ratePerS, by, now: now() });
        return { state };
      }),

    /** Brings the rows of a cancelled campaign to their ends: what was not sent is skipped. */
    closeCampaign: (key: CampaignKey): Promise<void> =>
      whileBeating(async () => {
        await inTenant(key, (trx) => recoverMessages(trx, key, now()));
        while ((await inTenant(key, (trx) => cancelMessages(trx, key, cancelChunk))) > 0);
      }),
  };

  async function move(key: CampaignKey, step: Omit<CampaignMove, 'by' | 'now'>): Promise<void> {
    await inTenant(key, async (trx) => {
      await passGate(trx, key.tenantId);
      await moveCampaign(trx, key, { ...step, by: null, now: now() });
    });
  }

  function order(key: CampaignKey, command: CampaignCommand, step: Omit<CampaignMove, 'now'>): Promise<CampaignAnswer> {
    return inTenant(key, async (trx): Promise<CampaignAnswer> => {
      await passGate(trx, key.tenantId);
      const state = (await readControl(trx, key, { lock: true }))?.state ?? 'cancelled';
      const refusal = commandRefusal(command, state);
      if (refusal !== null) return { refusal };
      // Where it is there already, the command has been obeyed.
      if (state === step.to) return { state };
      await moveCampaign(trx, key, { ...step, now: now() });
      return { state: step.to };
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
    frozen: await isFrozen(trx, key.campaignId),
    nextDueAt: ledger ? ((await nextMessageDueAt(trx, key, now))?.getTime() ?? null) : null,
  };
}
