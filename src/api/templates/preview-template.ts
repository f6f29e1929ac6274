import { z } from 'zod';
import { templateAdvice } from '../../domain/template-advice.ts';
import { templateRules, templateViolations } from '../../domain/template-lint.ts';
import { renderTemplate } from '../../domain/template-message.ts';
import { placesOf } from '../../domain/template-variables.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { contentOf, heldSamples, sampleFactsOf } from './content-of.ts';
import { sentenceFor } from './template-problems.ts';
import { previewBody } from './template-schemas.ts';

const pointer = z.string().meta({ description: 'Where, in the body (RFC 6901).', example: '/content/body/text' });

const renderedHeader = z.union([
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.enum(['image', 'video', 'document']), media: z.string().nullable() }),
  z.object({ kind: z.literal('location'), name: z.string().nullable(), address: z.string().nullable() }),
]);

const renderedButton = z.object({
  kind: z.enum(['quick_reply', 'url', 'phone_number', 'copy_code']),
  label: z.string().nullable().meta({ description: 'Null: WhatsApp words it in the recipient’s language.' }),
  target: z.string().nullable().meta({ description: 'Where it leads, or the code that it copies.' }),
});

const previewView = z
  .object({
    violations: z
      .array(
        z.object({
          pointer,
          rule: z.enum(templateRules),
          limit: z.union([z.string(), z.number()]).nullable(),
          value: z.union([z.string(), z.number()]).nullable(),
          detail: z.string(),
        }),
      )
      .meta({ description: 'Everything for which WhatsApp is known to refuse it; empty: it may be submitted.' }),
    advice: z
      .array(
        z.object({
          pointer,
          hint: z.enum(['promotional', 'no_opt_out']),
          value: z.string().nullable().meta({ description: 'The word that gave rise to it.' }),
        }),
      )
      .meta({ description: 'What WhatsApp or recipients may mind.' }),
    places: z
      .array(
        z.object({
          key: z.string().meta({ description: 'Names the place in `values` and in campaigns.', example: 'body.1' }),
          takes: z.enum(['text', 'media', 'coordinate', 'url_ending', 'coupon_code']),
          example: z.string().nullable(),
        }),
      )
      .meta({ description: 'What every message has to bring a value for.' }),
    rendered: z
      .object({
        header: renderedHeader.nullable(),
        body: z.string(),
        footer: z.string().nullable(),
        buttons: z.array(renderedButton),
        cards: z.array(z.object({ header: renderedHeader, body: z.string(), buttons: z.array(renderedButton) })),
      })
      .meta({ description: 'As recipients see it, with the values, else the samples.' }),
  })
  .meta({ id: 'TemplatePreview', description: 'How a template looks, and what is wrong with it.' });

export const previewTemplate = defineRoute({
  method: 'post',
  path: '/v1/templates/preview',
  tag: 'Templates',
  summary: 'Preview a template',
  description: 'Shows a template with its samples or with values, and tells what WhatsApp would refuse. Keeps nothing.',
  permission: 'campaign.read',
  body: previewBody,
  answer: { status: 200, schema: previewView, description: 'The preview.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, body }) => {
    const { values, ...rest } = body;
    const linted = { ...rest, content: contentOf(body.content) };
    const { facts } = await heldSamples(trx, linted.content);
    const rendered = renderTemplate(linted.content, values);
    return answer({
      violations: templateViolations(linted, sampleFactsOf(facts)).map((violation) => ({
        ...violation,
        detail: sentenceFor(violation.rule),
      })),
      advice: [...templateAdvice(linted)],
      places: [...placesOf(linted.content)],
      rendered: {
        ...rendered,
        buttons: [...rendered.buttons],
        cards: rendered.cards.map((card) => ({ ...card, buttons: [...card.buttons] })),
      },
    });
  },
});
