import { z } from 'zod';
import type { MediaAnchor } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, PublishableFile } from '../channel.ts';
import { saysGone } from './errors.ts';
import { byUrn, misunderstood, organisationUrn, type Rest, understood } from './rest.ts';

/** What LinkedIn keeps of a file that an organisation uploads and then shows: each kind has an API of its own. */
export type AssetKind = Extract<MediaAnchor['kind'], 'image' | 'video' | 'document'>;
export type AssetState = 'WAITING_UPLOAD' | 'PROCESSING' | 'AVAILABLE' | 'PROCESSING_FAILED';

export interface Asset extends MediaAnchor {
  readonly kind: AssetKind;
}

const resources = { image: 'images', video: 'videos', document: 'documents' } as const;

/** Registers an image or a document for the organisation and uploads its bytes. One that is uploaded twice is seen by nobody. */
export async function uploadInOnePiece(
  rest: Rest,
  page: PageAccess,
  { kind, file, madeAt }: { kind: 'image' | 'document'; file: PublishableFile; madeAt: number },
  options: CallOptions = {},
): Promise<Asset> {
  const common = { accessToken: page.accessToken, repeat: 'harmless', signal: options.signal } as const;
  const registered = await rest({
    ...common,
    method: 'POST',
    target: { base: 'api', path: `/rest/${resources[kind]}` },
    query: { action: 'initializeUpload' },
    body: { json: { initializeUploadRequest: { owner: organisationUrn(page.externalId) } } },
  });
  const { uploadUrl, ...urns } = understood(registration, registered).value;
  const urn = urns[kind] ?? '';
  if (urn === '') throw misunderstood(registered);
  await rest({
    ...common,
    method: 'PUT',
    target: { url: uploadUrl },
    body: { bytes: await file.read(), mimeType: file.mimeType },
  });
  return { kind, id: urn, madeAt };
}

/** How far LinkedIn is with a file; `null` if it does not know it. */
export async function readAsset(
  rest: Rest,
  page: PageAccess,
  { kind, id }: Asset,
  options: CallOptions = {},
): Promise<AssetState | null> {
  try {
    const answer = await rest({
      method: 'GET',
      target: byUrn(resources[kind], id),
      accessToken: page.accessToken,
      repeat: 'harmless',
      signal: options.signal,
    });
    return understood(assetAnswer, answer).status;
  } catch (error) {
    if (saysGone(error)) return null;
    throw error;
  }
}

export function isAsset(anchor: MediaAnchor): anchor is Asset {
  return anchor.kind in resources;
}

const registration = z.object({
  value: z.object({ uploadUrl: z.string(), image: z.string().optional(), document: z.string().optional() }),
});
const assetAnswer = z.object({ status: z.enum(['WAITING_UPLOAD', 'PROCESSING', 'AVAILABLE', 'PROCESSING_FAILED']) });
