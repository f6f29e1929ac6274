import type { ApprovalInput } from '../domain/approval.ts';
import type { CampaignInput } from '../domain/campaign.ts';
import type { ConnectionInput } from '../domain/connection.ts';
import type { ContactImportInput } from '../domain/contact-mapping.ts';
import type { Hold, PassedSlot } from '../domain/hold.ts';
import type { CampaignId, ConnectionId, ContentHash, Instant, UserId } from '../domain/ids.ts';
import type { PostInput } from '../domain/post.ts';

/** What the relay carries from a committed transaction to Temporal. */
export type ProcessMessage =
  | { readonly kind: 'start_post'; readonly input: PostInput }
  /** `passed` is absent in messages from before it could be said: then all go on. */
  | { readonly kind: 'connection_repaired'; readonly connectionId: ConnectionId; readonly passed?: PassedSlot }
  /** To the process of a connection, which is started by the first: its row has changed, for it to read. */
  | { readonly kind: 'connection_changed'; readonly input: ConnectionInput }
  /** Likewise to the process of a campaign. */
  | { readonly kind: 'campaign_changed'; readonly input: CampaignInput }
  | { readonly kind: 'start_contact_import'; readonly input: ContactImportInput }
  | { readonly kind: 'hold'; readonly hold: Hold }
  /** `slot`: when to publish what is late, where somebody said so. */
  | { readonly kind: 'release'; readonly hold: Hold; readonly passed: PassedSlot; readonly slot: Instant | null }
  /** To an open approval: somebody whom it may ask has left, come back, or will be away. */
  | { readonly kind: 'approvers_changed' }
  /** Of a campaign: that of a post is started by the post's process, which also tells it what follows. */
  | { readonly kind: 'start_approval'; readonly campaignId: CampaignId; readonly input: ApprovalInput }
  | { readonly kind: 'content_changed'; readonly contentHash: ContentHash; readonly authors: readonly UserId[] }
  | { readonly kind: 'withdraw_approval'; readonly by: UserId };
