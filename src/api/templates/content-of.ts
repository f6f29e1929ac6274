import type { z } from 'zod';
import { mediaIn } from '../../db/template-version.ts';
import { holdMedia, selectMediaFacts } from '../../db/media.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { MediaId } from '../../domain/ids.ts';
import type { MediaFacts } from '../../domain/media.ts';
import type { SampleFacts } from '../../domain/template-lint.ts';
import type { TemplateContent, TemplateHeader, TemplateMedia } from '../../domain/template.ts';
import type { FieldError } from '../problem.ts';
import type { templateContentBody } from './template-schemas.ts';

type ContentBody = z.output<typeof templateContentBody>;

/** What was sent as it is kept: no sample has been uploaded yet. */
export function contentOf({ header, cards, ...rest }: ContentBody): TemplateContent {
  return {
    ...rest,
    header: header === null ? null : headerOf(header),
    cards: cards.map((card) => ({ ...card, header: mediaOf(card.header) })),
  };
}

function headerOf(header: NonNullable<ContentBody['header']>): TemplateHeader {
  return header.kind === 'text' || header.kind === 'location' ? header : mediaOf(header);
}

function mediaOf({ kind, mediaId }: Pick<TemplateMedia, 'kind' | 'mediaId'>): TemplateMedia {
  return { kind, mediaId, handle: null };
}

/** What is known of the files that a content shows. */
export function sampleFactsOf(facts: ReadonlyMap<MediaId, MediaFacts>): SampleFacts {
  return (id) => facts.get(id)?.original ?? null;
}

/** Keeps the files of a content from being deleted until the transaction ends; tells those that are not there. */
export async function heldSamples(
  trx: TenantTransaction,
  content: TemplateContent,
): Promise<{ readonly facts: ReadonlyMap<MediaId, MediaFacts>; readonly missing: readonly FieldError[] }> {
  const wanted = mediaIn(content);
  await holdMedia(trx, wanted);
  const facts = await selectMediaFacts(trx, wanted);
  const missing = pointersOf(content)
    .filter(([, mediaId]) => !facts.has(mediaId))
    .map(([pointer, mediaId]) => ({ pointer, rule: 'known', limit: null, value: mediaId, detail: 'is not a file' }));
  return { facts, missing };
}

function pointersOf({ header, cards }: TemplateContent): readonly (readonly [pointer: string, mediaId: MediaId])[] {
  const named = (pointer: string, shown: TemplateHeader | null): readonly (readonly [string, MediaId])[] =>
    shown === null || shown.kind === 'text' || shown.kind === 'location' || shown.mediaId === null
      ? []
      : [[`${pointer}/mediaId`, shown.mediaId]];
  return [
    ...named('/content/header', header),
    ...cards.flatMap((card, index) => named(`/content/cards/${index}/header`, card.header)),
  ];
}
