import { createHash } from 'node:crypto';
import { nextNumericId } from '../../kernel/ids.ts';
import type { Answer, Call, Operation } from '../../kernel/operation.ts';
import type { World } from '../../kernel/world.ts';
import { invalidParameter } from '../errors.ts';
import { phoneNumber } from '../whatsapp-seeds.ts';
import { uploadedFiles } from './media.ts';
import type { Messages } from './messages.ts';

/** Takes the files that apps hand in, in order to send them by their ids for 30 days. */
export function mediaOperations(world: World, messages: Messages): Operation[] {
  return [
    {
      name: 'whatsapp.media.upload',
      method: 'POST',
      path: '/:phone/media',
      when: ({ params }) => phoneNumber(params['phone'] ?? '') !== null,
      handle: (call) => upload(world, messages, call),
    },
  ];
}

async function upload(world: World, messages: Messages, call: Call): Promise<Answer> {
  const { account } = messages.numberOf(call);
  const form = await formOf(call);
  if (form?.get('messaging_product') !== 'whatsapp') {
    throw invalidParameter('(#100) The parameter messaging_product is required.');
  }
  const file = form.get('file');
  if (!(file instanceof File)) throw invalidParameter('(#100) The parameter file is required.');
  const mimeType = file.type;
  if (!types.includes(mimeType.split(';')[0] ?? '')) {
    throw invalidParameter(`(#100) Param file must be a file with one of the following types: ${types.join(', ')}.`);
  }
  const id = nextNumericId();
  const sha256 = createHash('sha256')
    .update(new Uint8Array(await file.arrayBuffer()))
    .digest('hex');
  uploadedFiles(world).put(id, { id, wabaId: account.id, mimeType, sha256, at: Date.now() });
  return { status: 200, effect: true, body: { id } };
}

/** Null: it is no form, or none that can be read. */
async function formOf({ body, headers }: Call): Promise<FormData | null> {
  const type = headers['content-type'] ?? '';
  if (!(body instanceof Buffer) || !type.startsWith('multipart/form-data')) return null;
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  } catch {
    return null;
  }
}

/** Source: the refusal itself, as met in the field. */
const types: readonly string[] = [
  'audio/aac',
  'audio/mp4',
  'audio/mpeg',
  'audio/amr',
  'audio/ogg',
  'audio/opus',
  'application/vnd.ms-powerpoint',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/pdf',
  'text/plain',
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/mp4',
  'video/3gpp',
];
