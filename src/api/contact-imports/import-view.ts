import { z } from 'zod';
import type { ContactImportRow } from '../../db/contact-import.ts';
import { importStates } from '../../domain/contact-mapping.ts';
import type { ContactImportId, TenantId } from '../../domain/ids.ts';
import { signedRefusedRowsUrl } from '../../platform/signed-url.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { id, instantView } from '../schemas.ts';

export const importParams = z.strictObject({ importId: id<ContactImportId>('An import of contacts.') });

export const importView = z
  .object({
    id: z.string(),
    state: z.enum(importStates),
    fileName: z.string(),
    groupId: z.string().nullable().meta({ description: 'The list that its contacts join.' }),
    rowsRead: z.int().meta({ description: 'How far it has come. What follows adds up to this.' }),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    refused: z.int(),
    error: z.string().nullable().meta({
      description:
        'Why it has failed: `not_utf8`, `not_csv`, `column_missing`, `too_many_rows` or `file_missing`. What was taken before stays.',
    }),
    refusedRows: z
      .object({ url: z.string(), expiresAt: instantView('Until when the address works.') })
      .nullable()
      .meta({
        description:
          'Where the rows that were refused are, as CSV with the reason beside each, once it has ended; kept for 30 days.',
      }),
    createdBy: z.string(),
    createdAt: instantView('When the file came.'),
    finishedAt: instantView('When it ended.').nullable(),
  })
  .meta({ description: 'A file of contacts, and what came of it.' });

const addressMs = 15 * 60_000;

export function presentImport(
  row: ContactImportRow,
  { tenantId, urls, now }: { tenantId: TenantId; urls: MediaUrls; now: Date },
): z.input<typeof importView> {
  const { rowsRead, created, updated, refused } = row;
  const expiresAt = now.getTime() + addressMs;
  const url = signedRefusedRowsUrl(urls, { tenantId, importId: row.id, expiresAt });
  return {
    id: row.id,
    state: row.state,
    fileName: row.fileName,
    groupId: row.groupId,
    rowsRead,
    created,
    updated,
    unchanged: rowsRead - created - updated - refused,
    refused,
    error: row.errorCode,
    refusedRows: row.errorsSha256 === null ? null : { url, expiresAt: new Date(expiresAt).toISOString() },
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
