import type { MediaId } from './ids.ts';
import type { FileFacts } from './media.ts';
import { buttonViolations } from './template-button-lint.ts';
import { textViolations } from './template-text-lint.ts';
import type { TemplateCard, TemplateCategory, TemplateContent, TemplateHeader, TemplateMedia } from './template.ts';

/** One reason for which WhatsApp would refuse a template, and where it can be mended (RFC 6901, within the template). */
export interface TemplateViolation {
  readonly pointer: string;
  readonly rule: TemplateRule;
  readonly limit: number | string | null;
  readonly value: number | string | null;
}

export const templateRules = [
  'required',
  'name',
  'language',
  'max_length',
  'max_variables',
  'no_variables',
  'no_formatting',
  'no_line_breaks',
  'blank_run',
  'variable_name',
  'variable_order',
  'mixed_parameters',
  'variable_at_edge',
  'adjacent_variables',
  'too_few_words',
  'example_missing',
  'example_fits',
  'max_buttons',
  'grouped_buttons',
  'unique',
  'url',
  'phone',
  'code',
  'variable_at_end',
  'max_cards',
  'same_cards',
  'carousel_alone',
  'category',
  'media_kind',
  'max_bytes',
] as const;

export type TemplateRule = (typeof templateRules)[number];

export interface LintedTemplate {
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly content: TemplateContent;
}

/** What is known of a sample; `null` for a file that is not there. */
export type SampleFacts = (id: MediaId) => Pick<FileFacts, 'kind' | 'mimeType' | 'bytes'> | null;

export const templateLimits = {
  name: 512,
  header: 60,
  body: 1_024,
  footer: 60,
  cardBody: 160,
  cards: { min: 2, max: 10 },
} as const;

/**
 * Everything for which WhatsApp is known to refuse a template, at once or in its review; empty if nothing is. Sources:
 * developers.facebook.com, "Template components", "Template review" and "Media card carousel templates"; the edges and
 * the words for each variable by its error subcodes 2388299 and 2388293.
 */
export function templateViolations(template: LintedTemplate, sample: SampleFacts): readonly TemplateViolation[] {
  const { name, language, category, content } = template;
  const { header, body, footer, buttons, cards } = content;
  return [
    ...nameViolations(name),
    ...(languageCode.test(language) ? [] : [at('/language', 'language', null, language)]),
    // Meta words these itself, around a one-time password.
    ...(category === 'authentication' ? [at('/category', 'category', null, category)] : []),
    ...headerViolations(content, header, sample),
    ...textViolations(body, {
      pointer: '/content/body',
      format: content.parameterFormat,
      maxLength: templateLimits.body,
    }),
    ...footerViolations(footer),
    ...buttonViolations(buttons, '/content/buttons'),
    ...cardsViolations(content, cards, sample),
  ];
}

/** WhatsApp's codes: a language, and for some a country. */
const languageCode = /^[a-z]{2,3}(?:_[A-Z]{2,3})?$/;

function nameViolations(name: string): readonly TemplateViolation[] {
  if (name.length > templateLimits.name) return [at('/name', 'max_length', templateLimits.name, name.length)];
  return /^[a-z0-9_]+$/.test(name) ? [] : [at('/name', 'name', null, name)];
}

function headerViolations(
  { parameterFormat: format }: TemplateContent,
  header: TemplateHeader | null,
  sample: SampleFacts,
): readonly TemplateViolation[] {
  if (header === null || header.kind === 'location') return [];
  if (header.kind !== 'text') return sampleViolations(header, '/content/header', sample);
  const rules = { pointer: '/content/header', format, maxLength: templateLimits.header, maxVariables: 1 } as const;
  const marked = formatting.test(header.text) ? [at('/content/header/text', 'no_formatting', null, null)] : [];
  return [...textViolations(header, rules), ...marked];
}

/** A header is plain: no line breaks, no asterisks and the like, no emoji. */
const formatting = /[\n\r*~`]|(?<![\p{L}\p{N}{])_|_(?![\p{L}\p{N}}])|\p{Extended_Pictographic}/u;

function footerViolations(footer: string | null): readonly TemplateViolation[] {
  if (footer === null) return [];
  const pointer = '/content/footer';
  return [
    ...(footer.trim() === '' ? [at(pointer, 'required', null, null)] : []),
    ...(footer.length > templateLimits.footer ? [at(pointer, 'max_length', templateLimits.footer, footer.length)] : []),
    ...(/\{\{.*?\}\}/s.test(footer) ? [at(pointer, 'no_variables', null, null)] : []),
    ...(/[\n\r]/.test(footer) ? [at(pointer, 'no_line_breaks', null, null)] : []),
  ];
}

function cardsViolations(
  content: TemplateContent,
  cards: readonly TemplateCard[],
  sample: SampleFacts,
): readonly TemplateViolation[] {
  const [first] = cards;
  if (first === undefined) return [];
  const { min, max } = templateLimits.cards;
  const count = cards.length < min || cards.length > max;
  const alone = content.header !== null || content.footer !== null || content.buttons.length > 0;
  return [
    ...(count ? [at('/content/cards', 'max_cards', `${min} to ${max}`, cards.length)] : []),
    ...(alone ? [at('/content/cards', 'carousel_alone', null, null)] : []),
    ...cards.flatMap((card, index) => cardViolations(content, card, { pointer: `/content/cards/${index}`, sample })),
    ...cards.flatMap((card, index) =>
      shapeOf(card) === shapeOf(first)
        ? []
        : [at(`/content/cards/${index}`, 'same_cards', shapeOf(first), shapeOf(card))],
    ),
  ];
}

function cardViolations(
  { parameterFormat: format }: TemplateContent,
  { header, body, buttons }: TemplateCard,
  { pointer, sample }: { pointer: string; sample: SampleFacts },
): readonly TemplateViolation[] {
  const documents = header.kind === 'document';
  return [
    ...(documents ? [at(`${pointer}/header`, 'media_kind', 'image, video', header.kind)] : []),
    ...sampleViolations(header, `${pointer}/header`, sample),
    ...textViolations(body, { pointer: `${pointer}/body`, format, maxLength: templateLimits.cardBody }),
    ...(buttons.length === 0 ? [at(`${pointer}/buttons`, 'required', 1, 0)] : []),
    ...buttonViolations(buttons, `${pointer}/buttons`, { onCard: true }),
  ];
}

/** All cards have a header of one kind and the same kinds of buttons in the same order. */
const shapeOf = ({ header, buttons }: TemplateCard): string =>
  [header.kind, ...buttons.map(({ kind }) => kind)].join(', ');

const samples = {
  image: { types: ['image/jpeg', 'image/png'], maxBytes: 5 * 1024 * 1024 },
  video: { types: ['video/mp4'], maxBytes: 16 * 1024 * 1024 },
  document: { types: ['application/pdf'], maxBytes: 100 * 1024 * 1024 },
} as const;

function sampleViolations(
  { kind, mediaId, handle }: TemplateMedia,
  pointer: string,
  sample: SampleFacts,
): readonly TemplateViolation[] {
  if (mediaId === null) return handle === null ? [at(`${pointer}/mediaId`, 'required', null, null)] : [];
  const facts = sample(mediaId);
  if (facts === null) return [at(`${pointer}/mediaId`, 'required', null, null)];
  const { types, maxBytes } = samples[kind];
  const fits = types.some((type) => type === facts.mimeType);
  return [
    ...(fits ? [] : [at(`${pointer}/mediaId`, 'media_kind', types.join(', '), facts.mimeType)]),
    ...(facts.bytes > maxBytes ? [at(`${pointer}/mediaId`, 'max_bytes', maxBytes, facts.bytes)] : []),
  ];
}

function at(
  pointer: string,
  rule: TemplateRule,
  limit: TemplateViolation['limit'],
  value: TemplateViolation['value'],
): TemplateViolation {
  return { pointer, rule, limit, value };
}
