import type { CampaignId, ConnectionId, TemplateId, TenantId } from '../../domain/ids.ts';

/** One message of a campaign to somebody who is not of its audience. It leaves no row in the ledger. */
export interface TestMessage {
  readonly tenantId: TenantId;
  readonly campaignId: CampaignId;
  readonly connectionId: ConnectionId;
  readonly templateId: TemplateId;
  /** By the place of the variable in the template. */
  readonly values: Readonly<Record<string, string>>;
  /** E.164. */
  readonly to: string;
}

export type TestOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly code: number | null }
  /** They are on the block list, or want no marketing: nothing was sent. */
  | { readonly kind: 'suppressed' }
  /** The tenant was stopped, or a person has suspended or disconnected the number: nothing was sent. */
  | { readonly kind: 'held' }
  /** The answer was lost: it may have arrived. */
  | { readonly kind: 'unknown' };

/** Sends a test message once, under the number's own limits. */
export type TestSender = (message: TestMessage) => Promise<TestOutcome>;
