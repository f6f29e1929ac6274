import { z } from 'zod';
import { type CallOptions, ChannelError, type PageAccess, type PublishableFile } from '../channel.ts';
import { type Asset, readAsset } from './asset.ts';
import { misunderstood, organisationUrn, type Rest, type RestCall, understood } from './rest.ts';

type Common = Pick<RestCall, 'accessToken' | 'repeat' | 'signal'>;
type Registration = z.infer<typeof registration>['value'];

/**
 * Uploads a film in the pieces that LinkedIn asks for, one at a time, so that no more than one is ever in memory, and
 * has them put together. What breaks off is begun anew: LinkedIn never shows an unfinished film.
 *
 * Source: learn.microsoft.com, "Videos API".
 */
export async function uploadFilm(
  rest: Rest,
  page: PageAccess,
  { file, madeAt }: { file: PublishableFile; madeAt: number },
  options: CallOptions = {},
): Promise<Asset> {
  const common = { accessToken: page.accessToken, repeat: 'harmless', signal: options.signal } as const;
  const registered = await register(rest, page, file, common);
  const asset = { kind: 'video', id: registered.video, madeAt } as const;
  const uploadedPartIds = await uploadPieces(rest, file, registered, common);
  try {
    await rest({
      ...common,
      method: 'POST',
      target: { base: 'api', path: '/rest/videos' },
      query: { action: 'finalizeUpload' },
      body: {
        json: { finalizeUploadRequest: { video: asset.id, uploadToken: registered.uploadToken, uploadedPartIds } },
      },
    });
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    // A second request to finish, after the answer to the first was lost, is refused: the film's own state tells.
    const state = await readAsset(rest, page, asset, options);
    if (state !== 'PROCESSING' && state !== 'AVAILABLE') throw error;
  }
  return asset;
}

async function register(
  rest: Rest,
  page: PageAccess,
  { bytes }: PublishableFile,
  common: Common,
): Promise<Registration> {
  const owner = organisationUrn(page.externalId);
  const answer = await rest({
    ...common,
    method: 'POST',
    target: { base: 'api', path: '/rest/videos' },
    query: { action: 'initializeUpload' },
    body: {
      json: {
        initializeUploadRequest: { owner, fileSizeBytes: bytes, uploadCaptions: false, uploadThumbnail: false },
      },
    },
  });
  return understood(registration, answer).value;
}

/** Returns what LinkedIn calls the pieces, in their order. */
async function uploadPieces(
  rest: Rest,
  file: PublishableFile,
  { uploadInstructions }: Registration,
  common: Common,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { uploadUrl, firstByte, lastByte } of uploadInstructions) {
    const bytes = await file.read({ start: firstByte, end: lastByte + 1 });
    const answer = await rest({
      ...common,
      method: 'PUT',
      target: { url: uploadUrl },
      body: { bytes, mimeType: 'application/octet-stream' },
    });
    const etag = answer.headers['etag'] ?? '';
    if (etag === '') throw misunderstood(answer);
    names.push(etag.replaceAll('"', ''));
  }
  return names;
}

const registration = z.object({
  value: z.object({
    video: z.string().min(1),
    // Empty for films of one piece.
    uploadToken: z.string().default(''),
    uploadInstructions: z
      .array(z.object({ uploadUrl: z.string(), firstByte: z.int().min(0), lastByte: z.int().min(0) }))
      .min(1),
  }),
});
