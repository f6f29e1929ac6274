import { z } from 'zod';
import type { ConnectionId, MediaId, TemplateId } from '../../domain/ids.ts';
import { templateCategories } from '../../domain/template.ts';
import { id } from '../schemas.ts';

export const templateId = id<TemplateId>('The template.');
export const templateParams = z.strictObject({ templateId });
export const whatsappConnectionId = id<ConnectionId>(
  'A connected WhatsApp number; the template belongs to its business account, and all numbers of that can send it.',
);

/** Far beyond what WhatsApp takes: what is too long is told by the preview, not refused here. */
const maxText = 4_096;
const text = z.string().max(maxText);
const sampleValue = z.string().max(1_000);

const examples = z
  .record(z.string().max(100), sampleValue)
  .default({})
  .meta({ description: 'A sample value for each variable, by its name or place.', example: { first_name: 'Elena' } });

const textWithVariables = {
  text: text.meta({
    description: 'With variables: `{{1}}`, or `{{first_name}}` where they are named.',
    example: 'Ciao {{first_name}}, il tuo ordine è pronto per il ritiro.',
  }),
  examples,
};

const mediaHeader = z.strictObject({
  kind: z.enum(['image', 'video', 'document']),
  mediaId: id<MediaId>('The file that WhatsApp is shown as a sample.')
    .nullable()
    .meta({ description: 'The file that WhatsApp is shown as a sample; null only as read back.' }),
});

const header = z.union([
  z.strictObject({ kind: z.literal('text'), ...textWithVariables }),
  mediaHeader,
  z.strictObject({ kind: z.literal('location') }),
]);

const label = z.string().max(200).meta({ description: 'At most 25 characters.', example: 'Scopri di più' });

const button = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('quick_reply'), label }),
  z.strictObject({
    kind: z.literal('url'),
    label,
    url: z.string().max(maxText).meta({
      description: 'One variable, `{{1}}`, at the end at most.',
      example: 'https://mercatoaurora.example/ordini/{{1}}',
    }),
    example: z.string().max(maxText).nullable().default(null).meta({ description: 'The whole address, as a sample.' }),
  }),
  z.strictObject({ kind: z.literal('phone_number'), label, phone: z.string().max(100) }),
  z.strictObject({ kind: z.literal('copy_code'), example: z.string().max(100) }),
]);

const card = z.strictObject({
  header: mediaHeader,
  body: z.strictObject(textWithVariables),
  buttons: z.array(button).max(20).default([]),
});

export const templateContentBody = z
  .strictObject({
    parameterFormat: z.enum(['positional', 'named']).meta({ description: 'How variables are written.' }),
    header: header.nullable().default(null),
    body: z.strictObject(textWithVariables),
    footer: text.nullable().default(null),
    buttons: z.array(button).max(20).default([]),
    cards: z.array(card).max(20).default([]).meta({ description: 'A carousel: two to ten cards of one shape.' }),
  })
  .meta({
    description: 'What the template says. It is kept as it is written; the preview tells what WhatsApp refuses.',
  });

const name = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[a-z0-9_]+$/)
  .meta({ description: 'Lower-case letters, digits and underscores.', example: 'ordine_pronto' });

const language = z
  .string()
  .regex(/^[a-z]{2,3}(?:_[A-Z]{2,3})?$/)
  .meta({ description: "WhatsApp's code. Each language of a name is a template of its own.", example: 'it' });

const category = z.enum(templateCategories).meta({ description: 'Decides the price, and what may be said.' });

export const newTemplateBody = z.strictObject({
  connectionId: whatsappConnectionId,
  name,
  language,
  category,
  content: templateContentBody,
});

export const changedTemplateBody = z
  .strictObject({ category: category.optional(), content: templateContentBody.optional() })
  .meta({ description: 'What is absent stays; the content is replaced as a whole. Name and language never change.' });

/** What can be wrong with a template is for the preview to say, so its name and language are taken as they are. */
export const previewBody = z.strictObject({
  name: z
    .string()
    .max(1_024)
    .default('preview')
    .meta({ description: 'Judged too, if there is one.', example: 'ordine_pronto' }),
  language: z.string().max(20).default('it').meta({ description: "WhatsApp's code.", example: 'it' }),
  category: category.default('marketing'),
  content: templateContentBody,
  values: z
    .record(z.string().max(200), sampleValue)
    .default({})
    .meta({
      description: 'Values in the place of the samples, by `places[].key`.',
      example: { 'body.first_name': 'Ugo' },
    }),
});
