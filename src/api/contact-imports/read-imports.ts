import { z } from 'zod';
import { selectContactImport, selectContactImports, setImportState } from '../../db/contact-import.ts';
import { withTenant } from '../../db/tenant.ts';
import type { ContactImportId, TenantId } from '../../domain/ids.ts';
import { grantsRefusedRows } from '../../platform/signed-url.ts';
import { definePublicRoute, defineRoute, type PublicRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import type { MediaDependencies } from '../media/routes.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { signedQuery, unsignedProblem } from '../signed-address.ts';
import { importParams, importView, presentImport } from './import-view.ts';

const cursors = cursorCodec('contact-imports', id<ContactImportId>('The last import of the page before.'));

export function listImports({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/contact-imports',
    tag: 'Contacts',
    summary: 'List imports of contacts',
    description: 'Files of contacts, the newest first.',
    permission: 'contact.read',
    query: z.strictObject({ ...pageQuery }),
    answer: { status: 200, schema: pageOf(importView), description: 'A page of imports.' },
    refusals: {},
    audit: null,
    handle: async ({ trx, caller: { tenantId }, query: { limit, cursor }, now }) => {
      const rows = await selectContactImports(trx, { before: cursors.decode(cursor), limit });
      return answer(
        pageFrom(rows, limit, {
          codec: cursors,
          positionOf: (row) => row.id,
          present: (row) => presentImport(row, { tenantId, urls, now }),
        }),
      );
    },
  });
}

export function showImport({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/contact-imports/{importId}',
    tag: 'Contacts',
    summary: 'Show an import of contacts',
    description: 'How far it has come, and what came of its rows: the counts are what has been written.',
    permission: 'contact.read',
    params: importParams,
    answer: { status: 200, schema: importView, description: 'The import.' },
    refusals: {},
    audit: null,
    handle: async ({ trx, caller: { tenantId }, params, now, refuse }) => {
      const row = await selectContactImport(trx, params.importId);
      if (row === null) throw refuse('not_found');
      return answer(presentImport(row, { tenantId, urls, now }));
    },
  });
}

export function cancelImport({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/contact-imports/{importId}/cancel',
    tag: 'Contacts',
    summary: 'Cancel an import of contacts',
    description: 'No further row is taken from the moment this is answered. What was taken before stays.',
    permission: 'contact.write',
    params: importParams,
    answer: { status: 200, schema: importView, description: 'The import as it is now.' },
    refusals: {
      import_ended: { status: 409, title: 'Import ended', description: 'All of the file has been read already.' },
    },
    audit: 'contact_import.finished',
    handle: async ({ trx, caller: { tenantId }, params, now, refuse }) => {
      const row = await selectContactImport(trx, params.importId, { lock: true });
      if (row === null) throw refuse('not_found');
      if (row.state === 'done' || row.state === 'failed') throw refuse('import_ended');
      if (row.state !== 'cancelled') await setImportState(trx, row.id, 'cancelled');
      return answer(presentImport({ ...row, state: 'cancelled' }, { tenantId, urls, now }));
    },
  });
}

export function fetchRefusedRows({ storage, urls }: MediaDependencies): PublicRoute {
  return definePublicRoute({
    method: 'get',
    path: '/refused-rows/{tenantId}/{importId}',
    tag: 'Contacts',
    summary: 'Fetch the rows that an import has refused by its signed address',
    description:
      'The rows as they stood in the file, with their number and the reason before them. The address itself is the right to them: browsers fetch it without a token, until it expires.',
    params: z.strictObject({
      tenantId: id<TenantId>('The tenant.'),
      importId: id<ContactImportId>('The import.'),
    }),
    query: signedQuery,
    answer: { description: 'The rows.', contentType: 'text/csv' },
    refusals: unsignedProblem,
    serve: async ({ params, query, now, services, refuse }) => {
      if (!grantsRefusedRows(urls.urlKey, { ...params, ...query, now: now.getTime() })) throw refuse('not_signed');
      const { tenantId, importId } = params;
      const row = await withTenant(services.db, tenantId, (trx) => selectContactImport(trx, importId));
      const hash = row?.errorsSha256 ?? null;
      const stored = hash === null ? null : await storage.find(tenantId, hash);
      if (stored === null) throw refuse('not_found');
      const headers = {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="refused-rows.csv"',
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
        'content-length': String(stored.bytes),
      };
      return { status: 200, headers, open: () => stored.stream() };
    },
  });
}
