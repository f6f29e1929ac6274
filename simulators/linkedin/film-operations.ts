import { z } from 'zod';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { announce, fieldMissing, keepUpload, uploaded } from './asset-operations.ts';
import { gatewayError } from './errors.ts';
import { actFor, type Grant, rest } from './gateway.ts';
import { linkedinObjects } from './objects.ts';

/** Films come in pieces of this size, the last one shorter. Source: learn.microsoft.com, "Videos API". */
const pieceBytes = 4_194_304;

/** Uploading a film: ask for places, put each piece in its own, say that all are there. */
export function filmOperations(world: World): Operation[] {
  const action = (name: string) => (call: Call) => call.query['action'] === name;
  return [
    rest(world, {
      name: 'linkedin.video.initialize',
      method: 'POST',
      path: '/rest/videos',
      when: action('initializeUpload'),
      handle: (call, grant) => initialize(world, call, grant),
    }),
    {
      name: 'linkedin.video.upload',
      method: 'PUT',
      path: '/dms-uploads/:key/uploaded-video/:piece',
      handle: (call) => uploadPiece(world, call),
    },
    rest(world, {
      name: 'linkedin.video.finalize',
      method: 'POST',
      path: '/rest/videos',
      when: action('finalizeUpload'),
      startsProcessing: true,
      handle: (call, grant) => finalize(world, call, grant),
    }),
  ];
}

const initializeBody = z.object({
  initializeUploadRequest: z.object({ owner: z.string(), fileSizeBytes: z.int().min(1) }),
});

function initialize(world: World, call: Call, grant: Grant): Answer {
  const body = initializeBody.safeParse(call.body);
  if (!body.success) throw fieldMissing('initializeUploadRequest/fileSizeBytes');
  const { owner, fileSizeBytes: bytes } = body.data.initializeUploadRequest;
  const asset = announce(world, call, grant, { kind: 'video', owner, film: { bytes, pieces: {} } });
  const uploadInstructions = Array.from({ length: Math.ceil(bytes / pieceBytes) }, (_, index) => ({
    uploadUrl: `${world.publicUrl()}/dms-uploads/${asset.uploadKey}/uploaded-video/${index}`,
    firstByte: index * pieceBytes,
    lastByte: Math.min(bytes, (index + 1) * pieceBytes) - 1,
  }));
  const value = { uploadUrlsExpireAt: asset.uploadUntil, video: asset.urn, uploadInstructions, uploadToken: '' };
  return { status: 200, body: { value }, effect: true };
}

async function uploadPiece(world: World, call: Call): Promise<Answer> {
  const { asset, bytes } = uploaded(world, call);
  const name = `${asset.uploadKey}-${call.params['piece'] ?? ''}`;
  const sha256 = await world.media.keepPiece(bytes);
  const { assets } = linkedinObjects(world);
  // Read anew: another piece may have come while this one was written.
  const current = assets.get(asset.urn) ?? asset;
  const film = current.film ?? { bytes: 0, pieces: {} };
  assets.put(asset.urn, { ...current, film: { ...film, pieces: { ...film.pieces, [name]: sha256 } } });
  return { status: 200, body: null, effect: true, headers: { etag: `"${name}"` } };
}

const finalizeBody = z.object({
  finalizeUploadRequest: z.object({ video: z.string(), uploadToken: z.string(), uploadedPartIds: z.array(z.string()) }),
});

async function finalize(world: World, call: Call, grant: Grant): Promise<Answer> {
  const body = finalizeBody.safeParse(call.body);
  if (!body.success) throw fieldMissing('finalizeUploadRequest/uploadedPartIds');
  const { video, uploadedPartIds } = body.data.finalizeUploadRequest;
  const asset = linkedinObjects(world).assets.get(video);
  if (asset === null || asset.film === null) throw gatewayError(400, 'ILLEGAL_ARGUMENT', `Unknown video: ${video}`);
  actFor(call, grant, asset.owner);
  if (asset.readyAt !== null) throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'The upload has been finalized already');
  const pieces: Buffer[] = [];
  for (const name of uploadedPartIds) {
    const sha256 = asset.film.pieces[name];
    const piece = sha256 === undefined ? null : await world.media.read(sha256);
    if (piece === null) throw gatewayError(400, 'ILLEGAL_ARGUMENT', `Unknown part: ${name}`);
    pieces.push(piece);
  }
  const whole = Buffer.concat(pieces);
  if (whole.byteLength !== asset.film.bytes) throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'Parts are missing');
  keepUpload(world, asset, { kept: await world.media.keepFile(whole), processingFails: call.processingFails });
  return { status: 200, body: null, effect: true };
}
