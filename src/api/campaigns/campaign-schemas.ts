import { z } from 'zod';
import type { CampaignId, ConnectionId, ContactGroupId, TemplateId } from '../../domain/ids.ts';
import { isLocalTime } from '../../domain/quiet-hours.ts';
import type { VariableSource } from '../../domain/template.ts';
import { id } from '../schemas.ts';

export const campaignId = id<CampaignId>('The campaign.');
export const campaignParams = z.strictObject({ campaignId });

const text = z.string().max(1_024);
const source: z.ZodType<VariableSource> = z
  .discriminatedUnion('from', [
    z.strictObject({ from: z.literal('attribute'), name: z.string().min(1).max(100), default: text.min(1) }),
    z.strictObject({ from: z.literal('name'), default: text.min(1) }),
    z.strictObject({ from: z.literal('fixed'), value: text.min(1) }),
  ])
  .meta({
    id: 'VariableSource',
    description: 'Where a message’s value for a variable comes from; the default is taken where there is none.',
  });

export const variables = z
  .record(z.string().regex(/^[a-z0-9_.]{1,100}$/i), source)
  .meta({ description: 'By the place of the variable in the template: `body.first_name`, `header.1`, `button.0`.' });

const variant = z.strictObject({
  key: z
    .string()
    .regex(/^[A-Z]$/)
    .meta({ description: 'A letter, each at most once.', example: 'A' }),
  templateId: id<TemplateId>('What it sends.'),
  share: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1)
    .meta({ description: 'Its part of the whole; parts need not add up to a hundred.' }),
  variables: variables.default({}),
});

const wallClock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .meta({ example: '21:00' });

export const quietHours = z
  .strictObject({ from: wallClock, to: wallClock })
  .meta({ description: 'No message between these wall-clock times of each recipient.' });

export const costCap = z
  .string()
  .regex(/^\d{1,8}(\.\d{1,6})?$/)
  .meta({
    description: 'At most this much, in the campaign’s currency: a decimal of at most six places.',
    example: '250.00',
  });

export const ratePerS = z.int().min(1).max(10_000).meta({ description: 'Messages a second at most.' });
export const zone = z.enum(['tenant', 'recipient']).meta({ description: 'Whose clock the start is read from.' });
export const startsAtLocal = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)
  .refine(isLocalTime, 'is no date and time')
  .meta({ description: 'Wall-clock time of the start; null: as soon as it may.', example: '2026-12-24T09:00' });

const fields = {
  name: z.string().trim().min(1).max(200).meta({ description: 'For colleagues; recipients never see it.' }),
  groupIds: z
    .array(id<ContactGroupId>('A group of contacts.'))
    .max(50)
    .meta({ description: 'Whom it is for; who is in several groups gets it once.' }),
  connectionIds: z
    .array(id<ConnectionId>('A WhatsApp number to send from.'))
    .max(20)
    .meta({ description: 'The numbers that it is sent from; each person is written to from one.' }),
  variants: z.array(variant).max(26).meta({ description: 'What is sent; several share the audience.' }),
  startsAtLocal: startsAtLocal.nullable(),
  zone,
  quietHours: quietHours.nullable(),
  ratePerS: ratePerS.nullable(),
  costCap: costCap.nullable(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .meta({ description: 'ISO 4217.', example: 'EUR' }),
};

export const newCampaignBody = z.strictObject({
  name: fields.name,
  groupIds: fields.groupIds.default([]),
  connectionIds: fields.connectionIds.default([]),
  variants: fields.variants.default([]),
  startsAtLocal: fields.startsAtLocal.default(null),
  zone: fields.zone.default('tenant'),
  quietHours: fields.quietHours.default(null),
  ratePerS: fields.ratePerS.default(null),
  costCap: fields.costCap.default(null),
  currency: fields.currency.default('EUR'),
});

/** What is left out stays as it is. */
export const changedCampaignBody = z.strictObject(fields).partial();

export type DraftBody = z.output<typeof newCampaignBody>;
