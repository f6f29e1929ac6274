import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { gatewayError, inputError, notFound } from './errors.ts';
import { actFor, authenticate, type Grant, rest } from './gateway.ts';
import { pathUrn } from './keys.ts';
import { imageStatus, type LinkedInImage, linkedinObjects } from './objects.ts';

const maxPixels = 36_152_320;
const takenTypes = ['image/jpeg', 'image/png', 'image/gif'];

/** Uploading an image: ask for a place, put the bytes there, wait until they are processed. */
export function imageOperations(world: World): Operation[] {
  return [
    rest(world, {
      name: 'linkedin.image.initialize',
      method: 'POST',
      path: '/rest/images',
      when: (call) => call.query['action'] === 'initializeUpload',
      handle: (call, grant) => initialize(world, call, grant),
    }),
    rest(world, {
      name: 'linkedin.image.read',
      method: 'GET',
      path: '/rest/images/:urn',
      handle: (call, grant) => read(world, call, grant),
    }),
    {
      name: 'linkedin.image.upload',
      method: 'PUT',
      path: '/dms-uploads/:key/uploaded-image/0',
      startsProcessing: true,
      handle: (call) => upload(world, call),
    },
  ];
}

const initializeBody = z.object({ initializeUploadRequest: z.object({ owner: z.string() }) });

function initialize(world: World, call: Call, grant: Grant): Answer {
  const body = initializeBody.safeParse(call.body);
  if (!body.success) {
    throw inputError({
      status: 400,
      message: 'initializeUploadRequest.owner :: field is required but not found',
      code: 'MISSING_FIELD',
      description: 'field is required but not found and has no default value',
      field: 'initializeUploadRequest/owner',
    });
  }
  const { owner } = body.data.initializeUploadRequest;
  actFor(call, grant, owner);
  const now = Date.now();
  const image: LinkedInImage = {
    urn: `urn:li:image:D4D22AQ${randomBytes(12).toString('hex')}`,
    owner,
    uploadKey: randomBytes(18).toString('base64url'),
    createdAt: now,
    uploadUntil: now + world.settings.current().containerLifetimeMs,
    sha256: null,
    readyAt: null,
    processingFails: false,
  };
  linkedinObjects(world).images.put(image.urn, image);
  const uploadUrl = `${world.publicUrl()}/dms-uploads/${image.uploadKey}/uploaded-image/0`;
  const value = { uploadUrlExpiresAt: image.uploadUntil, uploadUrl, image: image.urn };
  return { status: 200, body: { value }, effect: true };
}

async function upload(world: World, call: Call): Promise<Answer> {
  const grant = authenticate(world, call);
  const { images } = linkedinObjects(world);
  const image = images.values().find(({ uploadKey }) => uploadKey === call.params['key']);
  if (image === undefined) throw notFound('The upload does not exist');
  actFor(call, grant, image.owner);
  if (Date.now() > image.uploadUntil) throw gatewayError(403, 'UPLOAD_URL_EXPIRED', 'The upload URL has expired');
  if (!Buffer.isBuffer(call.body) || call.body.byteLength === 0) {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'The upload is empty');
  }
  const facts = await world.media.keep(call.body);
  const usable = facts !== null && takenTypes.includes(facts.mimeType) && facts.widthPx * facts.heightPx <= maxPixels;
  images.put(image.urn, {
    ...image,
    sha256: usable ? facts.sha256 : null,
    readyAt: Date.now() + world.settings.current().processingDelayMs,
    processingFails: !usable || call.processingFails,
  });
  return { status: 201, body: null, effect: true, headers: { etag: `"${image.uploadKey}"` } };
}

function read(world: World, call: Call, grant: Grant): Answer {
  const urn = pathUrn(call);
  const image = linkedinObjects(world).images.get(urn);
  if (image === null) throw notFound(`Could not find entity: ${urn}`);
  actFor(call, grant, image.owner);
  const status = imageStatus(image);
  const download =
    status === 'AVAILABLE'
      ? {
          downloadUrl: `${world.publicUrl()}/_media/${image.sha256 ?? ''}`,
          downloadUrlExpiresAt: Date.now() + world.settings.current().containerLifetimeMs,
        }
      : {};
  return { status: 200, body: { owner: image.owner, id: urn, status, ...download } };
}
