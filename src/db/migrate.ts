import type { Kysely } from 'kysely';
import { type Migration, Migrator, NO_MIGRATIONS } from 'kysely/migration';
import * as tenancy from './migrations/2026_11_22_01_tenancy.ts';
import * as policyAndConnection from './migrations/2026_11_22_02_policy_and_connection.ts';
import * as media from './migrations/2026_11_22_03_media.ts';
import * as post from './migrations/2026_11_22_04_post.ts';
import * as approval from './migrations/2026_11_22_05_approval.ts';
import * as eventOutboxIdempotency from './migrations/2026_11_22_06_event_outbox_idempotency.ts';
import * as search from './migrations/2026_11_22_07_search.ts';
import * as postList from './migrations/2026_11_22_08_post_list.ts';
import * as approvalByPost from './migrations/2026_11_22_09_approval_by_post.ts';
import * as businessCalendar from './migrations/2026_11_24_10_business_calendar.ts';
import * as approvalInFull from './migrations/2026_11_24_20_approval_in_full.ts';
import * as notification from './migrations/2026_11_24_30_notification.ts';
import * as postComment from './migrations/2026_11_24_31_post_comment.ts';
import * as eventNotify from './migrations/2026_11_24_40_event_notify.ts';
import * as afterPublication from './migrations/2026_11_24_41_after_publication.ts';
import * as halt from './migrations/2026_11_24_70_halt.ts';
import * as suspension from './migrations/2026_11_24_71_suspension.ts';
import * as editInFlight from './migrations/2026_11_24_72_edit_in_flight.ts';
import * as connectionInFull from './migrations/2026_11_24_80_connection_in_full.ts';
import * as authorizationLife from './migrations/2026_11_24_81_authorization_life.ts';
import * as connectionCards from './migrations/2026_11_24_83_connection_cards.ts';
import * as dutyByNetwork from './migrations/2026_11_24_87_duty_by_network.ts';
import * as notificationOfConnections from './migrations/2026_11_24_89_notification_of_connections.ts';
import * as passedSlots from './migrations/2026_11_24_90_passed_slots.ts';
import * as passedSlotsOfRenewals from './migrations/2026_11_24_92_passed_slots_of_renewals.ts';
import * as grantNotices from './migrations/2026_11_24_91_grant_notices.ts';
import * as contacts from './migrations/2026_11_29_10_contacts.ts';
import * as contactBook from './migrations/2026_11_29_11_contact_book.ts';
import * as campaigns from './migrations/2026_11_29_20_campaigns.ts';
import * as noGrantExpiry from './migrations/2026_11_24_96_no_grant_expiry.ts';
import * as campaignAudience from './migrations/2026_11_29_31_campaign_audience.ts';
import * as campaignUsage from './migrations/2026_11_29_41_campaign_usage.ts';
import * as campaignSpend from './migrations/2026_11_29_62_campaign_spend.ts';
import * as senderPortfolio from './migrations/2026_11_29_62_sender_portfolio.ts';
import * as conversations from './migrations/2026_11_29_51_conversations.ts';
import * as campaignStops from './migrations/2026_11_29_61_campaign_stops.ts';
import * as noticesOfCampaigns from './migrations/2026_11_29_61_notices_of_campaigns.ts';
import * as approvalOfCampaigns from './migrations/2026_11_29_63_approval_of_campaigns.ts';
import * as templates from './migrations/2026_11_29_21_templates.ts';
import * as mediaKinds from './migrations/2026_11_24_50_media_kinds.ts';
import { run } from './migrations/tenant-table.ts';

const migrations: Record<string, Migration> = {
  '2026_11_22_01_tenancy': tenancy,
  '2026_11_22_02_policy_and_connection': policyAndConnection,
  '2026_11_22_03_media': media,
  '2026_11_22_04_post': post,
  '2026_11_22_05_approval': approval,
  '2026_11_22_06_event_outbox_idempotency': eventOutboxIdempotency,
  '2026_11_22_07_search': search,
  '2026_11_22_08_post_list': postList,
  '2026_11_22_09_approval_by_post': approvalByPost,
  '2026_11_24_10_business_calendar': businessCalendar,
  '2026_11_24_20_approval_in_full': approvalInFull,
  '2026_11_24_30_notification': notification,
  '2026_11_24_31_post_comment': postComment,
  '2026_11_24_40_event_notify': eventNotify,
  '2026_11_24_41_after_publication': afterPublication,
  '2026_11_24_70_halt': halt,
  '2026_11_24_71_suspension': suspension,
  '2026_11_24_72_edit_in_flight': editInFlight,
  '2026_11_24_50_media_kinds': mediaKinds,
  '2026_11_24_80_connection_in_full': connectionInFull,
  '2026_11_24_81_authorization_life': authorizationLife,
  '2026_11_24_83_connection_cards': connectionCards,
  '2026_11_24_87_duty_by_network': dutyByNetwork,
  '2026_11_24_89_notification_of_connections': notificationOfConnections,
  '2026_11_24_90_passed_slots': passedSlots,
  '2026_11_24_92_passed_slots_of_renewals': passedSlotsOfRenewals,
  '2026_11_29_10_contacts': contacts,
  '2026_11_29_11_contact_book': contactBook,
  '2026_11_29_20_campaigns': campaigns,
  '2026_11_29_31_campaign_audience': campaignAudience,
  '2026_11_29_41_campaign_usage': campaignUsage,
  '2026_11_29_51_conversations': conversations,
  '2026_11_29_61_campaign_stops': campaignStops,
  '2026_11_29_61_notices_of_campaigns': noticesOfCampaigns,
  '2026_11_29_62_campaign_spend': campaignSpend,
  '2026_11_29_62_sender_portfolio': senderPortfolio,
  '2026_11_29_63_approval_of_campaigns': approvalOfCampaigns,
  '2026_11_29_21_templates': templates,
  '2026_11_24_91_grant_notices': grantNotices,
  '2026_11_24_96_no_grant_expiry': noGrantExpiry,
};

/**
 * Brings the schema to its newest version, or with `down` takes every migration back. Connect as the role that is to
 * own the tables; the roles of `createRoles` must exist. Returns the names of the migrations that ran.
 */
export async function migrate(db: Kysely<unknown>, direction: 'up' | 'down' = 'up'): Promise<readonly string[]> {
  await run(db, `set lock_timeout = '5s'; create extension if not exists pg_trgm;`);
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results } =
    direction === 'up' ? await migrator.migrateToLatest() : await migrator.migrateTo(NO_MIGRATIONS);
  if (error !== undefined) throw error instanceof Error ? error : new Error('the migration failed', { cause: error });
  return (results ?? []).map((result) => result.migrationName);
}
