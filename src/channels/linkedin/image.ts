import { z } from 'zod';
import type { MediaAnchor } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, Prepared, PublishableFile } from '../channel.ts';
import { saysGone } from './errors.ts';
import { byUrn, organisationUrn, type Rest, understood } from './rest.ts';

export type ImageState = 'WAITING_UPLOAD' | 'PROCESSING' | 'AVAILABLE' | 'PROCESSING_FAILED';

/** Registers an image for the organisation and uploads its bytes. */
export async function uploadImage(
  rest: Rest,
  page: PageAccess,
  image: PublishableFile,
  madeAt: number,
  options: CallOptions = {},
): Promise<MediaAnchor> {
  // An image that is registered or uploaded twice is seen by nobody.
  const common = { accessToken: page.accessToken, repeat: 'harmless', signal: options.signal } as const;
  const registered = await rest({
    ...common,
    method: 'POST',
    target: { base: 'api', path: '/rest/images' },
    query: { action: 'initializeUpload' },
    body: { json: { initializeUploadRequest: { owner: organisationUrn(page.externalId) } } },
  });
  const { uploadUrl, image: urn } = understood(registration, registered).value;
  await rest({
    ...common,
    method: 'PUT',
    target: { url: uploadUrl },
    body: { bytes: await image.read(), mimeType: image.mimeType },
  });
  return { kind: 'image', id: urn, madeAt };
}

/** The state of an image; `null` if LinkedIn does not know it. */
export async function readImage(
  rest: Rest,
  page: PageAccess,
  urn: string,
  options: CallOptions = {},
): Promise<ImageState | null> {
  try {
    const answer = await rest({
      method: 'GET',
      target: byUrn('images', urn),
      accessToken: page.accessToken,
      repeat: 'harmless',
      signal: options.signal,
    });
    return understood(imageAnswer, answer).status;
  } catch (error) {
    if (saysGone(error)) return null;
    throw error;
  }
}

/** What an image's state means for the process. */
export function asPrepared(state: ImageState | null, anchor: MediaAnchor): Prepared {
  switch (state) {
    case 'AVAILABLE':
      return { state: 'ready', anchor, parts: [] };
    case 'WAITING_UPLOAD':
    case 'PROCESSING':
      return { state: 'processing', anchor, parts: [] };
    case 'PROCESSING_FAILED':
    case null:
      return { state: 'refused', anchor, parts: [], refusal: { code: 'processing_failed', providerCode: state } };
  }
}

const registration = z.object({ value: z.object({ uploadUrl: z.string(), image: z.string().min(1) }) });
const imageAnswer = z.object({ status: z.enum(['WAITING_UPLOAD', 'PROCESSING', 'AVAILABLE', 'PROCESSING_FAILED']) });
