import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { KeptFile } from '../kernel/media.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { gatewayError, inputError, notFound } from './errors.ts';
import { actFor, authenticate, type Grant, rest } from './gateway.ts';
import { pathUrn } from './keys.ts';
import { type AssetKind, assetKinds, assetStatus, type LinkedInAsset, linkedinObjects } from './objects.ts';

/** Uploading a file: ask for a place, put the bytes there, wait until they are processed. */
export function assetOperations(world: World): Operation[] {
  return [
    ...assetKinds.flatMap((kind) => [
      rest(world, {
        name: `linkedin.${kind}.read`,
        method: 'GET',
        path: `/rest/${kind}s/:urn`,
        handle: (call, grant) => read(world, kind, call, grant),
      }),
    ]),
    ...(['image', 'document'] as const).flatMap((kind) => [
      rest(world, {
        name: `linkedin.${kind}.initialize`,
        method: 'POST',
        path: `/rest/${kind}s`,
        when: (call) => call.query['action'] === 'initializeUpload',
        handle: (call, grant) => initialize(world, kind, call, grant),
      }),
      {
        name: `linkedin.${kind}.upload`,
        method: 'PUT' as const,
        path: `/dms-uploads/:key/uploaded-${kind}/0`,
        startsProcessing: true,
        handle: (call: Call) => upload(world, call),
      },
    ]),
  ];
}

const initializeBody = z.object({ initializeUploadRequest: z.object({ owner: z.string() }) });

function initialize(world: World, kind: 'image' | 'document', call: Call, grant: Grant): Answer {
  const body = initializeBody.safeParse(call.body);
  if (!body.success) throw fieldMissing('initializeUploadRequest/owner');
  const asset = announce(world, call, grant, { kind, owner: body.data.initializeUploadRequest.owner, film: null });
  const uploadUrl = `${world.publicUrl()}/dms-uploads/${asset.uploadKey}/uploaded-${kind}/0`;
  const value = { uploadUrlExpiresAt: asset.uploadUntil, uploadUrl, [kind]: asset.urn };
  return { status: 200, body: { value }, effect: true };
}

/** A place for a file of an organisation that the grant may act for. */
export function announce(
  world: World,
  call: Call,
  grant: Grant,
  { kind, owner, film }: Pick<LinkedInAsset, 'kind' | 'owner' | 'film'>,
): LinkedInAsset {
  actFor(call, grant, owner);
  const now = Date.now();
  const asset: LinkedInAsset = {
    urn: `urn:li:${kind}:D4D22AQ${randomBytes(12).toString('hex')}`,
    kind,
    owner,
    uploadKey: randomBytes(18).toString('base64url'),
    createdAt: now,
    uploadUntil: now + world.settings.current().containerLifetimeMs,
    film,
    sha256: null,
    readyAt: null,
    processingFails: false,
  };
  linkedinObjects(world).assets.put(asset.urn, asset);
  return asset;
}

async function upload(world: World, call: Call): Promise<Answer> {
  const { asset, bytes } = uploaded(world, call);
  keepUpload(world, asset, { kept: await world.media.keepFile(bytes), processingFails: call.processingFails });
  return { status: 201, body: null, effect: true, headers: { etag: `"${asset.uploadKey}"` } };
}

/** The bytes of an upload and what they are for; refuses what comes too late, empty or from a stranger. */
export function uploaded(world: World, call: Call): { asset: LinkedInAsset; bytes: Buffer } {
  const grant = authenticate(world, call);
  const asset = linkedinObjects(world)
    .assets.values()
    .find(({ uploadKey }) => uploadKey === call.params['key']);
  if (asset === undefined) throw notFound('The upload does not exist');
  actFor(call, grant, asset.owner);
  if (Date.now() > asset.uploadUntil) throw gatewayError(403, 'UPLOAD_URL_EXPIRED', 'The upload URL has expired');
  if (!Buffer.isBuffer(call.body) || call.body.byteLength === 0) {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'The upload is empty');
  }
  return { asset, bytes: call.body };
}

/** Starts the processing of a whole file; what LinkedIn does not take fails at its end, not at once. */
export function keepUpload(
  world: World,
  asset: LinkedInAsset,
  { kept, processingFails }: { kept: KeptFile | null; processingFails: boolean },
): void {
  const usable = kept !== null && takes(asset.kind, kept);
  linkedinObjects(world).assets.put(asset.urn, {
    ...asset,
    sha256: usable ? kept.sha256 : null,
    readyAt: Date.now() + world.settings.current().processingDelayMs,
    processingFails: !usable || processingFails,
  });
}

const maxPixels = 36_152_320;
const imageTypes = ['image/jpeg', 'image/png', 'image/gif'];
const film = { minMs: 3_000, maxMs: 30 * 60_000, maxBytes: 500_000_000 };
const maxDocumentBytes = 100_000_000;

function takes(kind: AssetKind, file: KeptFile): boolean {
  if (file.kind !== kind) return false;
  switch (file.kind) {
    case 'image':
      return imageTypes.includes(file.mimeType) && file.widthPx * file.heightPx <= maxPixels;
    case 'document':
      return file.bytes <= maxDocumentBytes;
    case 'video':
      return (
        file.mimeType === 'video/mp4' &&
        file.bytes <= film.maxBytes &&
        file.durationMs >= film.minMs &&
        file.durationMs <= film.maxMs
      );
  }
}

function read(world: World, kind: AssetKind, call: Call, grant: Grant): Answer {
  const urn = pathUrn(call);
  const asset = linkedinObjects(world).assets.get(urn);
  if (asset?.kind !== kind) throw notFound(`Could not find entity: ${urn}`);
  actFor(call, grant, asset.owner);
  const status = assetStatus(asset);
  const download =
    status === 'AVAILABLE'
      ? {
          downloadUrl: `${world.publicUrl()}/_media/${asset.sha256 ?? ''}`,
          downloadUrlExpiresAt: Date.now() + world.settings.current().containerLifetimeMs,
        }
      : {};
  return { status: 200, body: { owner: asset.owner, id: urn, status, ...download } };
}

export function fieldMissing(field: string): Error {
  return inputError({
    status: 400,
    message: `${field.replaceAll('/', '.')} :: field is required but not found`,
    code: 'MISSING_FIELD',
    description: 'field is required but not found and has no default value',
    field,
  });
}
