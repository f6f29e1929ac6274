import { z } from 'zod';
import { selectContactGroup } from '../../db/contact-group.ts';
import { insertContactImport, selectContactImport } from '../../db/contact-import.ts';
import { selectDefaultCountry } from '../../db/default-country.ts';
import { appendEvents } from '../../db/event.ts';
import { enqueue } from '../../db/outbox.ts';
import { contactImportWorkflowId, importLimits } from '../../domain/contact-mapping.ts';
import type { ContactGroupId, ContactImportId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { groupProblem } from '../contact-groups/group-problems.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaDependencies } from '../media/routes.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { importView, presentImport } from './import-view.ts';
import { mapping } from './mapping-schema.ts';
import { type ContactFile, receiveContacts } from './receive-file.ts';

/** What a form needs around its file. */
const formOverheadBytes = 65_536;

const words = {
  mapping,
  groupId: id<ContactGroupId>('A list that the contacts join.').nullable().default(null),
};

export function beginImport({ storage, urls }: MediaDependencies): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/contact-imports',
    tag: 'Contacts',
    summary: 'Import contacts from a file',
    description:
      'Takes a CSV file in UTF-8, its first line naming the columns, of at most 100 MB and 1,000,000 rows; commas, semicolons or tabs between them. `mapping`, in JSON, says which column holds what. Each row is a contact by its number, made or updated as `POST /v1/authors/bulk` does. A row that cannot be taken is written down with the reason and keeps no other out. It begins by itself; its address tells how far it has come.',
    permission: 'contact.write',
    body: z.custom<ContactFile>(),
    upload: {
      contentType: 'multipart/form-data',
      maxBytes: importLimits.bytes + formOverheadBytes,
      schema: z.strictObject({
        ...words,
        file: z.string().meta({ format: 'binary', description: 'A CSV file of at most 100 MB.' }),
      }),
      receive: (stream, about) => receiveContacts(storage, stream, { about, words: z.strictObject(words) }),
    },
    answer: {
      status: 201,
      schema: importView,
      description: 'The import, about to begin.',
      headers: { location: 'Its address.' },
    },
    refusals: {},
    audit: 'contact_import.started',
    handle: async ({ trx, caller, body, now, invalid }) => {
      const { tenantId, userId } = caller;
      const wrong = body.groupId === null ? null : groupProblem(await selectContactGroup(trx, body.groupId));
      if (wrong !== null) throw invalid([{ pointer: '/groupId', ...wrong }]);
      const importId = newId<ContactImportId>();
      const defaultCountry = body.mapping.defaultCountry ?? (await selectDefaultCountry(trx));
      const file = { ...body, mapping: { ...body.mapping, defaultCountry } };
      await insertContactImport(trx, { ...file, id: importId, tenantId, by: userId, now });
      const input = { v: 1, tenantId, importId } as const;
      const message = { kind: 'start_contact_import', input } as const;
      await enqueue(trx, { tenantId, workflowId: contactImportWorkflowId(input), message, now });
      await appendEvents(trx, [
        {
          tenantId,
          at: now,
          kind: 'contact_import.started',
          entity: 'contact_import',
          entityId: importId,
          actor: { kind: 'user', id: userId },
        },
      ]);
      const row = await selectContactImport(trx, importId);
      if (row === null) throw new Error('an import that was written is not there');
      return answer(presentImport(row, { tenantId, urls, now }), { location: `/v1/contact-imports/${importId}` });
    },
  });
}
