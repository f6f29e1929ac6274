import { appendEvents } from '../../db/event.ts';
import type { EventKind } from '../../domain/event.ts';
import type { CampaignId } from '../../domain/ids.ts';
import type { HandleContext } from '../route-context.ts';

/** Appends what the caller has done to a campaign, where its state does not change. */
export async function recordCampaign(
  { trx, caller, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  kind: Extract<EventKind, `campaign.${string}`>,
  campaignId: CampaignId,
  data: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await appendEvents(trx, [
    {
      tenantId: caller.tenantId,
      at: now,
      kind,
      entity: 'campaign',
      entityId: campaignId,
      actor: { kind: 'user', id: caller.userId },
      data,
    },
  ]);
}
