import type { FileFacts } from '../../domain/media.ts';
import { filmTypes } from '../../platform/film.ts';
import { imageTypes } from '../../platform/image.ts';
import { paperTypes } from '../../platform/paper.ts';

type Kind = FileFacts['kind'];

/** What is taken in, by the type that the bytes show. */
export const takenTypes = { image: imageTypes, video: filmTypes, document: paperTypes } as const;

/** How large a file of each kind may be. */
export const maxBytesOf: Readonly<Record<Kind, number>> = {
  image: 20_000_000,
  video: 1_000_000_000,
  document: 100_000_000,
};

export const acceptedTypes: readonly string[] = Object.values(takenTypes).flat();

/** The most that a single form may carry; what is larger comes as an upload of several requests. */
export const maxFormFileBytes = 20_000_000;
export const maxUploadBytes = Math.max(...Object.values(maxBytesOf));
