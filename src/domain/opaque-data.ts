import type { CampaignId, CampaignMessageId, MessageId } from './ids.ts';

/** Which of our rows a message is. It travels with the message, and comes back with everything told of it. */
export type MessageReference =
  | { readonly kind: 'campaign'; readonly campaignId: CampaignId; readonly id: CampaignMessageId }
  | { readonly kind: 'message'; readonly id: MessageId };

/** A test of a campaign: it is no row of ours, and what is told of it counts for nothing. */
export interface TestReference {
  readonly kind: 'test';
  readonly campaignId: CampaignId;
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const campaign = new RegExp(`^c/(${uuid})/(${uuid})$`);
const message = new RegExp(`^m/(${uuid})$`);

/** `biz_opaque_callback_data` of a message of ours. */
export function opaqueOf(reference: MessageReference | TestReference): string {
  if (reference.kind === 'test') return `t/${reference.campaignId}`;
  return reference.kind === 'campaign' ? `c/${reference.campaignId}/${reference.id}` : `m/${reference.id}`;
}

/** Reads it; null for what we have not written, since others may send from the same number. */
export function referenceIn(opaque: string | null): MessageReference | null {
  const [, campaignId, id] = campaign.exec(opaque ?? '') ?? [];
  if (campaignId !== undefined && id !== undefined) {
    return { kind: 'campaign', campaignId: campaignId as CampaignId, id: id as CampaignMessageId };
  }
  const [, messageId] = message.exec(opaque ?? '') ?? [];
  return messageId === undefined ? null : { kind: 'message', id: messageId as MessageId };
}
