import type { World } from '../../kernel/world.ts';
import type { TemplateRefusal } from '../template-parameters.ts';

/** A file that an app has handed in, to be sent by its id. */
export interface UploadedFile {
  readonly id: string;
  readonly wabaId: string;
  readonly mimeType: string;
  readonly sha256: string;
  readonly at: number;
}

/** The kinds of files that messages may be. */
export const mediaKinds = ['image', 'video', 'audio', 'document', 'sticker'] as const;
export type MediaKind = (typeof mediaKinds)[number];

export const isMediaKind = (word: string): word is MediaKind => mediaKinds.some((kind) => kind === word);

const keptMs = 30 * 24 * 3_600_000;

export const uploadedFiles = ({ store }: World) => store.collection<UploadedFile>('whatsapp-media');

/**
 * Why WhatsApp does not take a file of a message; null: it does. Whether a link leads anywhere shows only afterwards.
 * Sources: bodies that were met in the field; that both an id and a link are refused as neither is, is ours.
 */
export function mediaRefusal(
  world: World,
  file: unknown,
  { wabaId, at }: { readonly wabaId: string; readonly at: string },
): TemplateRefusal | null {
  const { id, link } = (typeof file === 'object' && file !== null ? file : {}) as { id?: unknown; link?: unknown };
  const [isNamed, isLinked] = [isWord(id), isWord(link)];
  if (isNamed === isLinked) return refusals.oneOf;
  if (isLinked) return isAddress(link) ? null : refusals.parameter(`Param ${at}['link'] is not a valid URI.`);
  const uploaded = uploadedFiles(world).get(String(id));
  const isThere = uploaded?.wabaId === wabaId && uploaded.at > Date.now() - keptMs;
  if (isThere) return null;
  return refusals.parameter(`Param ${at}['id'] is not a valid whatsapp business account media attachment ID`);
}

const isWord = (value: unknown): value is string => typeof value === 'string' && value !== '';

function isAddress(link: unknown): boolean {
  return isWord(link) && URL.canParse(link) && /^https?:$/.test(new URL(link).protocol);
}

const refusals = {
  oneOf: {
    code: 132_018,
    title: "There's an issue with the parameters in your template",
    details: 'Either one of media ID or link must be present',
  },
  parameter: (title: string): TemplateRefusal => ({ code: 100, title, details: title }),
} as const;
