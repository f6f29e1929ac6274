import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CampaignActivities } from '../../activities/campaign.ts';
import { type CampaignReading, type NextStep, nextStep } from '../../domain/campaign-process.ts';
import type { Instant } from '../../domain/ids.ts';
import { dbOp } from '../activity-options.ts';
import { recentlyHeard } from '../recently-heard.ts';
import { searchAttributes } from '../search-attributes.ts';
import { takeCommands } from './commands.ts';
import { campaignChanged, type CampaignRun } from './messages.ts';
import { errandsFor } from './errands.ts';

const { readCampaign, startCampaign, reviveCampaign, finishCampaign } = proxyActivities<CampaignActivities>(dbOp);

/**
 * A campaign from its schedule to its end. It keeps nothing in mind: after every step, and whenever somebody has said
 * something, it reads the rows and does what they ask for. The messages themselves are sent by slices, which work on
 * the ledger for ten minutes at a time.
 */
export async function campaign({ handedOver, ...input }: CampaignRun): Promise<void> {
  const { tenantId, campaignId } = input;
  const key = { tenantId, campaignId };
  const errands = errandsFor(key);
  const messages = recentlyHeard(handedOver?.heard ?? []);
  let changed = true;
  let shown: string | null = null;

  setHandler(campaignChanged, ({ outboxId }) => {
    if (messages.isNew(outboxId)) changed = true;
  });
  takeCommands(key, () => (changed = true));

  for (;;) {
    changed = false;
    const reading = await readCampaign.executeWithOptions({ summary: 'Read how it stands' }, [key]);
    const step = nextStep(reading, Date.now());
    show(reading, step);
    if (step.kind === 'end') {
      await condition(allHandlersFinished);
      if (changed) continue;
      return;
    }
    await take(step);
    if (workflowInfo().continueAsNewSuggested && !changed) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof campaign>({ ...input, handedOver: { heard: messages.all() } });
    }
  }

  async function take(step: Exclude<NextStep, { kind: 'end' }>): Promise<void> {
    switch (step.kind) {
      case 'start':
        return startCampaign.executeWithOptions({ summary: 'Start' }, [key]);
      case 'send':
        return errands.send(step);
      case 'wait':
        return wait(step.until);
      case 'ask':
        return errands.ask();
      case 'revive':
        return reviveCampaign.executeWithOptions({ summary: 'The numbers work again' }, [key]);
      case 'close':
        return errands.close();
      case 'finish':
        return finishCampaign.executeWithOptions({ summary: 'Finish' }, [key]);
    }
  }

  async function wait(until: Instant | null): Promise<void> {
    if (until === null) return condition(() => changed);
    const leftMs = until - Date.now();
    // Instants that come one after the other are taken together.
    await condition(() => changed, Math.max(leastWaitMs, leftMs), {
      summary: `Until ${new Date(until).toISOString()}`,
    });
  }

  function show(reading: CampaignReading | null, step: NextStep): void {
    const phase = reading === null ? 'gone' : (reading.pauseReason ?? (reading.halted ? 'halted' : reading.state));
    const dueAt = step.kind === 'wait' ? step.until : null;
    if (shown === `${phase}/${dueAt}`) return;
    shown = `${phase}/${dueAt}`;
    upsertSearchAttributes([
      { key: searchAttributes.phase, value: phase },
      { key: searchAttributes.dueAt, value: dueAt === null ? null : new Date(dueAt) },
    ]);
  }
}

const leastWaitMs = 1_000;
