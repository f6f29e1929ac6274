import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { nextNumericId } from '../../kernel/ids.ts';
import { type MediaKind, mediaKinds } from './media.ts';

/** What somebody sends to a number: text unless it is something else. */
export const inbound = z.strictObject({
  from: z
    .string()
    .regex(/^\d{6,15}$/)
    .describe('The number that writes, digits only.'),
  name: z.string().default('').describe("The writer's name at WhatsApp."),
  text: z.string().optional().describe('What it says, like `STOP`.'),
  button: z
    .strictObject({ text: z.string(), payload: z.string() })
    .optional()
    .describe('The quick reply of a template that was pressed.'),
  reply: z
    .strictObject({ id: z.string(), title: z.string() })
    .optional()
    .describe('The button of another message that was pressed.'),
  media: z
    .strictObject({
      kind: z.enum(mediaKinds),
      mimeType: z.string().optional().describe('Left out: the usual one of its kind.'),
      caption: z.string().optional().describe('What is written below an image, a video or a document.'),
      filename: z.string().optional().describe("A document's."),
      voice: z.boolean().optional().describe('Whether audio was spoken into the telephone.'),
    })
    .optional()
    .describe('A file that was sent; the webhook names it by an id.'),
  location: z
    .strictObject({ latitude: z.number(), longitude: z.number(), name: z.string().optional() })
    .optional()
    .describe('A place that was sent.'),
  answers: z.string().optional().describe('The id of the message that it answers.'),
  at: z.number().int().optional().describe('When it was written, in epoch milliseconds; now unless said.'),
});

export type Inbound = z.output<typeof inbound>;

/** The message as the webhook tells it. */
export function toldMessage(said: Inbound, { userId, number, at }: { userId: string; number: string; at: number }) {
  return {
    from: said.from,
    from_user_id: userId,
    id: `wamid.${randomBytes(24).toString('base64url')}`,
    timestamp: String(Math.floor(at / 1_000)),
    ...(said.answers === undefined ? {} : { context: { from: number, id: said.answers } }),
    ...contentOf(said),
  };
}

function contentOf({ button, reply, media, location, text = '' }: Inbound): object {
  if (button !== undefined) return { type: 'button', button };
  if (reply !== undefined) return { type: 'interactive', interactive: { type: 'button_reply', button_reply: reply } };
  if (media !== undefined) return { type: media.kind, [media.kind]: fileOf(media) };
  if (location !== undefined) return { type: 'location', location };
  return { type: 'text', text: { body: text } };
}

/** Source: Meta's reference of the webhook, by type of message. */
function fileOf({ kind, mimeType, caption, filename, voice }: NonNullable<Inbound['media']>): object {
  const id = nextNumericId();
  return {
    ...(caption === undefined ? {} : { caption }),
    ...(kind === 'document' ? { filename: filename ?? 'documento.pdf' } : {}),
    mime_type: mimeType ?? usualTypes[kind],
    // Of a file that nobody can fetch: there is none behind it.
    sha256: createHash('sha256').update(id).digest('base64'),
    id,
    ...(kind === 'audio' ? { voice: voice === true } : {}),
    ...(kind === 'sticker' ? { animated: false } : {}),
  };
}

const usualTypes: Readonly<Record<MediaKind, string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg; codecs=opus',
  document: 'application/pdf',
  sticker: 'image/webp',
};
