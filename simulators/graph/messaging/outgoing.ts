import { z } from 'zod';
import { invalidParameter } from '../errors.ts';
import type { SentTemplate } from '../template-parameters.ts';
import { listIn, normalised, type TemplateComponent } from '../template-store.ts';
import { whatsappError } from './limits.ts';
import { isMediaKind, type MediaKind, mediaKinds } from './media.ts';

/** A message as an app sends it. */
export interface Outgoing {
  /** To whom, as the app wrote it. */
  readonly input: string;
  /** The digits of a number, or a business-scoped user id. */
  readonly person: string;
  readonly type: string;
  readonly template: SentTemplate | null;
  /** What it is, where it is nothing but a file. */
  readonly file: { readonly kind: MediaKind; readonly named: unknown } | null;
  /** Where files of it are to be fetched. */
  readonly links: readonly string[];
  readonly opaque: string | null;
}

const body = z.looseObject({
  messaging_product: z.literal('whatsapp'),
  to: z.string().optional(),
  recipient: z.string().optional(),
  type: z.string().default('text'),
  biz_opaque_callback_data: z.string().max(512).optional(),
  text: z.object({ body: z.string().max(4_096) }).optional(),
  template: z
    .object({
      name: z.string(),
      language: z.object({ code: z.string() }),
      components: z.array(z.record(z.string(), z.unknown())).default([]),
    })
    .optional(),
});

/** Reads a message, or refuses what is none. */
export function outgoingOf(content: unknown): Outgoing {
  const parsed = body.safeParse(content);
  if (!parsed.success) throw invalidParameter(`(#100) Invalid parameter: ${parsed.error.issues[0]?.path.join('.')}`);
  const { to, recipient, type, text, biz_opaque_callback_data: opaque = null, ...parts } = parsed.data;
  const person = recipient ?? to?.replaceAll(/\D/g, '') ?? '';
  if (person === '') throw invalidParameter('(#100) The parameter to is required.');
  if (type === 'text' && text === undefined) throw missing('text');
  const common = { input: to ?? recipient ?? '', person, type, opaque };
  if (type === 'template') {
    if (parts.template === undefined) throw missing('template');
    const { name, language, components } = parts.template;
    const links = linksIn(normalised(components));
    return { ...common, template: { name, language: language.code, components }, file: null, links };
  }
  if (!isMediaKind(type)) return { ...common, template: null, file: null, links: [] };
  const named = parts[type];
  if (named === undefined) throw missing(type);
  return { ...common, template: null, file: { kind: type, named }, links: linkOf(named) };
}

/** What the app wants to be told with every status, as far as it can be read. */
export const opaqueIn = (content: unknown): string | null =>
  body.partial().safeParse(content).data?.biz_opaque_callback_data ?? null;

const missing = (what: string) => whatsappError(131_008, 'Required parameter is missing', what);

/** In headers, and in those of cards. */
function linksIn(components: readonly TemplateComponent[]): readonly string[] {
  return components.flatMap((component) => [
    ...listIn(component, 'parameters').flatMap((parameter) => mediaKinds.flatMap((kind) => linkOf(parameter[kind]))),
    ...listIn(component, 'cards').flatMap((card) => linksIn(listIn(card, 'components'))),
  ]);
}

function linkOf(file: unknown): readonly string[] {
  const { data } = z.object({ link: z.string() }).safeParse(file);
  return data === undefined ? [] : [data.link];
}
