import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { claimFiles } from '../../db/stored-file.ts';
import { columnsOf, type ContactMapping, importLimits } from '../../domain/contact-mapping.ts';
import type { ContactGroupId, Sha256 } from '../../domain/ids.ts';
import { CsvFault, readCsv } from '../../platform/csv.ts';
import { FileTooLarge, type ReceivedFile, type Storage } from '../../platform/storage.ts';
import { refuseCommon } from '../common-problems.ts';
import type { Received, UploadAbout } from '../define-route.ts';
import { fileNameOf } from '../media/file-words.ts';
import { type FormFile, readForm } from '../media/read-form.ts';
import { tooLarge } from '../pipeline/read-body.ts';
import { parseBody } from '../pipeline/validate.ts';
import type { FieldError } from '../problem.ts';

/** A file of contacts that is in the store, and how it is to be read. */
export interface ContactFile {
  readonly fileName: string;
  readonly sha256: Sha256;
  readonly mapping: ContactMapping;
  readonly groupId: ContactGroupId | null;
}

type Words = z.ZodType<Pick<ContactFile, 'mapping' | 'groupId'>, unknown>;

/** Takes a form with a file in, and holds its first line against the mapping before anything is kept. */
export async function receiveContacts(
  storage: Storage,
  stream: Parameters<typeof readForm>[0]['stream'],
  { about, words }: { about: UploadAbout<unknown>; words: Words },
): Promise<Received<ContactFile>> {
  const { headers, caller, now, inTenant } = about;
  const { tenantId } = caller;
  const { taken, fields } = await readForm(
    { stream, headers },
    {
      fields: ['mapping', 'groupId'],
      take: async (file) => ({ file: await take(storage, tenantId, file), fileName: file.fileName }),
      drop: ({ file }) => file.discard(),
    },
  );
  const { file } = taken;
  try {
    const said = parseBody(words, wordsOf(fields)) as z.output<Words>;
    await checkColumns(file, said.mapping);
    const sha256 = file.sha256 as Sha256;
    await inTenant((trx) => claimFiles(trx, { tenantId, hashes: [sha256], now }));
    await file.keep();
    const body = { fileName: fileNameOf(taken.fileName), sha256, ...said };
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    return { body, bodyHash, discard: () => Promise.resolve() };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function take(storage: Storage, tenantId: string, { stream }: FormFile): Promise<ReceivedFile> {
  try {
    return await storage.receive(tenantId, stream, { maxBytes: importLimits.bytes });
  } catch (error) {
    throw error instanceof FileTooLarge ? tooLarge(error.maxBytes) : error;
  }
}

function wordsOf(fields: ReadonlyMap<string, string>): unknown {
  const mapping = fields.get('mapping');
  const groupId = fields.get('groupId');
  return {
    ...(mapping === undefined ? {} : { mapping: parseJson(mapping) }),
    ...(groupId === undefined ? {} : { groupId }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuseCommon('malformed', { errors: [{ ...at('/mapping', 'json'), detail: 'is not JSON' }] });
  }
}

async function checkColumns(file: ReceivedFile, mapping: ContactMapping): Promise<void> {
  const header = await firstLine(file);
  const missing = [...new Set(columnsOf(mapping))].filter((column) => !header.includes(column));
  const errors = missing.map((column) => ({
    ...at('/mapping', 'column'),
    value: column,
    detail: 'is not a column of the file',
  }));
  const twice = columnsOf(mapping).find((column) => header.indexOf(column) !== header.lastIndexOf(column));
  if (twice !== undefined) {
    errors.push({ ...at('/mapping', 'unique'), value: twice, detail: 'is the name of several columns' });
  }
  if (errors.length > 0) throw refuseCommon('invalid', { errors });
}

async function firstLine(file: ReceivedFile): Promise<readonly string[]> {
  try {
    for await (const header of readCsv(await file.stream())) return header;
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    const detail = error.code === 'not_utf8' ? 'is not in UTF-8' : 'is not CSV';
    throw refuseCommon('invalid', { errors: [{ ...at('/file', error.code), detail }] });
  }
  throw refuseCommon('invalid', { errors: [{ ...at('/file', 'required'), detail: 'is empty' }] });
}

function at(pointer: string, rule: string): Omit<FieldError, 'detail'> {
  return { pointer, rule, limit: null, value: null };
}
