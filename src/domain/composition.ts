import type { Composition, FormatLimits } from './content-limits.ts';
import type { FileFacts } from './media.ts';

export type MediaKind = FileFacts['kind'];

const kinds = ['image', 'video', 'document'] as const satisfies readonly MediaKind[];

/** Every kind of file that a format takes in some composition. */
export function kindsTaken({ compositions }: FormatLimits): readonly MediaKind[] {
  return kinds.filter((kind) => compositions.some((composition) => composition[kind] !== null));
}

/**
 * The composition by which these files are judged: the first that has room for all of them, else the last that at
 * least takes them together. `null`: these kinds cannot stand in one post.
 */
export function compositionOf({ compositions }: FormatLimits, files: readonly MediaKind[]): Composition | null {
  const able = compositions.filter((composition) => files.every((kind) => composition[kind] !== null));
  return able.find(({ max }) => files.length <= max) ?? able.at(-1) ?? null;
}
