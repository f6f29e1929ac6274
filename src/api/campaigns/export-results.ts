import { Readable } from 'node:stream';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { selectCampaign } from '../../db/campaign.ts';
import { ledgerOf, type LedgerRow } from '../../db/campaign-export.ts';
import type { Database } from '../../db/schema.ts';
import { withTenant } from '../../db/tenant.ts';
import { csvLine } from '../../domain/csv.ts';
import type { CampaignId, TenantId } from '../../domain/ids.ts';
import { grantsExport, signedExportUrl } from '../../platform/signed-url.ts';
import { definePublicRoute, defineRoute, type PublicRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer } from '../route-context.ts';
import { id, instantView } from '../schemas.ts';
import { signedQuery, unsignedProblem } from '../signed-address.ts';
import { campaignParams } from './campaign-schemas.ts';

const addressHoldsMs = 10 * 60_000;

export function exportResults({ urls }: { readonly urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/campaigns/{campaignId}/export',
    tag: 'Campaigns',
    summary: 'Get the address of a campaign’s ledger',
    description:
      'A CSV file with one row for each person of the audience: what they were sent and what became of it. Whoever holds the address can download it for ten minutes.',
    permission: 'campaign.read',
    params: campaignParams,
    answer: {
      status: 200,
      schema: z.object({ url: z.string(), expiresAt: instantView('Until when it can be downloaded.') }),
      description: 'The address.',
    },
    refusals: {},
    audit: null,
    handle: async ({ trx, caller, params, now, refuse }) => {
      const campaign = await selectCampaign(trx, params.campaignId);
      if (campaign === null) throw refuse('not_found');
      const expiresAt = now.getTime() + addressHoldsMs;
      const url = signedExportUrl(urls, { tenantId: caller.tenantId, campaignId: campaign.id, expiresAt });
      return answer({ url, expiresAt: new Date(expiresAt).toISOString() });
    },
  });
}

export function fetchExport({ urls }: { readonly urls: MediaUrls }): PublicRoute {
  return definePublicRoute({
    method: 'get',
    path: '/exports/campaigns/{tenantId}/{campaignId}',
    tag: 'Campaigns',
    summary: 'Download a campaign’s ledger by its signed address',
    description: 'A CSV file, RFC 4180, in UTF-8. It is read while it is sent, however long it is.',
    params: z.strictObject({ tenantId: id<TenantId>('The tenant.'), campaignId: id<CampaignId>('The campaign.') }),
    query: signedQuery,
    answer: { description: 'The ledger.', contentType: 'text/csv' },
    refusals: unsignedProblem,
    serve: async ({ params, query, now, services, refuse }) => {
      if (!grantsExport(urls.urlKey, { ...params, ...query, now: now.getTime() })) throw refuse('not_signed');
      const { tenantId, campaignId } = params;
      const campaign = await withTenant(services.db, tenantId, (trx) => selectCampaign(trx, campaignId));
      if (campaign === null) throw refuse('not_found');
      return {
        status: 200,
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="campaign-${campaignId}.csv"`,
          'cache-control': 'private, no-store',
          'x-content-type-options': 'nosniff',
        },
        open: () => Promise.resolve(Readable.from(csvOf(services.db, params))),
      };
    },
  });
}

const columns = {
  person: (row) => row.author_id,
  phone: (row) => row.phone,
  name: (row) => row.name,
  country: (row) => row.country,
  variant: (row) => row.variant,
  state: (row) => row.state,
  skip_reason: (row) => row.skip_reason,
  error_code: (row) => row.error_code,
  due_at: (row) => row.due_at,
  sent_at: (row) => row.sent_at,
  delivered_at: (row) => row.delivered_at,
  read_at: (row) => row.read_at,
  failed_at: (row) => row.failed_at,
  replied_at: (row) => row.replied_at,
  clicked_at: (row) => row.clicked_at,
  opted_out_at: (row) => row.opted_out_at,
  cost: (row) => row.cost,
} satisfies Readonly<Record<string, (row: LedgerRow) => Parameters<typeof csvLine>[0][number]>>;

async function* csvOf(
  db: Kysely<Database>,
  about: { readonly tenantId: TenantId; readonly campaignId: CampaignId },
): AsyncGenerator<string> {
  yield csvLine(Object.keys(columns));
  const cells = Object.values(columns);
  for await (const rows of ledgerOf(db, about)) {
    yield rows.map((row) => csvLine(cells.map((cell) => cell(row)))).join('');
  }
}
