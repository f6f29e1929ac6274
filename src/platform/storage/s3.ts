import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  NotFound,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { newId } from '../new-id.ts';
import { type ByteRange, FileMissing, type ReceivedFile, type Storage, type StoredFile } from '../storage.ts';
import { addressOf, unfinishedAreas } from './address.ts';
import { counted } from './counted.ts';

export interface S3Settings {
  /** `null`: Amazon's own, by region. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`; most servers other than Amazon's want it. */
  readonly forcePathStyle: boolean;
}

/** How much of a file is in memory while it is sent: parts of this size, two at a time. */
const partBytes = 8 * 1_024 * 1_024;
const partsAtOnce = 2;
const connectionTimeoutMs = 5_000;
/** Silence of the store, not the length of a transfer. */
const socketTimeoutMs = 30_000;

/**
 * A store in one bucket of anything that speaks S3. Files are sent in parts, each with a checksum that the server
 * compares; a file is copied to its place, within the server, only when all of it is there.
 */
export function s3Storage(settings: S3Settings): Storage {
  const bucket = openBucket(settings);
  return {
    receive: (tenantId, source, { maxBytes }) => receive(bucket, { tenantId, source, maxBytes }),
    find: (tenantId, sha256) => find(bucket, addressOf.stored(tenantId, sha256)),
    remove: (tenantId, sha256) => remove(bucket, addressOf.stored(tenantId, sha256)),
    pieces: {
      put: async (piece, content) => {
        const key = { ...bucket.name, Key: addressOf.piece(piece) };
        await bucket.client.send(new PutObjectCommand({ ...key, Body: content, ContentLength: content.byteLength }));
      },
      read: (piece) => objectAt(bucket, addressOf.piece(piece), 0).read(),
      drop: async (upload) => void (await removeListed(bucket, `${addressOf.pieces(upload)}/`, () => true)),
    },
    sweepUnfinished: async (olderThan) => {
      const isOld = (at: Date | undefined) => at !== undefined && at < olderThan;
      await abortOldParts(bucket, isOld);
      let removed = 0;
      for (const area of unfinishedAreas) removed += await removeListed(bucket, `${area}/`, isOld);
      return removed;
    },
  };
}

interface Bucket {
  readonly client: S3Client;
  readonly name: { readonly Bucket: string };
}

function openBucket({ endpoint, region, bucket, accessKeyId, secretAccessKey, forcePathStyle }: S3Settings): Bucket {
  const client = new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle,
    ...(endpoint === null ? {} : { endpoint }),
    requestHandler: { connectionTimeout: connectionTimeoutMs, socketTimeout: socketTimeoutMs },
  });
  return { client, name: { Bucket: bucket } };
}

async function receive(
  bucket: Bucket,
  { tenantId, source, maxBytes }: { tenantId: string; source: AsyncIterable<Uint8Array>; maxBytes: number },
): Promise<ReceivedFile> {
  const incoming = addressOf.incoming(newId());
  const { source: bytes, sum } = counted(source, maxBytes);
  // The library breaks off what it has sent when the source throws.
  await new Upload({
    client: bucket.client,
    params: { ...bucket.name, Key: incoming, Body: Readable.from(bytes, { objectMode: false }) },
    partSize: partBytes,
    queueSize: partsAtOnce,
  }).done();
  const { sha256, bytes: length } = sum();
  const discard = () => remove(bucket, incoming);
  return {
    sha256,
    ...objectAt(bucket, incoming, length),
    keep: async () => {
      const { Bucket } = bucket.name;
      const place = { Bucket, Key: addressOf.stored(tenantId, sha256), CopySource: `${Bucket}/${incoming}` };
      await bucket.client.send(new CopyObjectCommand(place));
      await discard();
    },
    discard,
  };
}

async function find(bucket: Bucket, key: string): Promise<StoredFile | null> {
  try {
    const { ContentLength = 0 } = await bucket.client.send(new HeadObjectCommand({ ...bucket.name, Key: key }));
    return objectAt(bucket, key, ContentLength);
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

function objectAt({ client, name }: Bucket, key: string, bytes: number): StoredFile {
  const get = async (range: ByteRange | undefined) => {
    // S3's range names the last byte, ours the first that is not read.
    const part = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` };
    try {
      const { Body } = await client.send(new GetObjectCommand({ ...name, Key: key, ...part }));
      if (Body === undefined) throw new FileMissing('the store answered without a body');
      return Body;
    } catch (error) {
      if (error instanceof NoSuchKey) throw new FileMissing('a file is missing in the store');
      throw error;
    }
  };
  return {
    bytes,
    stream: async (range) => {
      const body = await get(range);
      if (!(body instanceof Readable)) throw new TypeError('the store answered with no stream');
      return body;
    },
    read: async (range) => (await get(range)).transformToByteArray(),
  };
}

async function remove({ client, name }: Bucket, key: string): Promise<void> {
  await client.send(new DeleteObjectCommand({ ...name, Key: key }));
}

async function removeListed(
  { client, name }: Bucket,
  prefix: string,
  wanted: (lastModified: Date | undefined) => boolean,
): Promise<number> {
  let removed = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { ...name, Prefix: prefix })) {
    const keys = Contents.filter(({ LastModified }) => wanted(LastModified)).map(({ Key }) => ({ Key }));
    if (keys.length === 0) continue;
    await client.send(new DeleteObjectsCommand({ ...name, Delete: { Objects: keys, Quiet: true } }));
    removed += keys.length;
  }
  return removed;
}

/** Parts of a file that was never completed are not listed as objects, and cost like them. A thousand each time. */
async function abortOldParts({ client, name }: Bucket, isOld: (at: Date | undefined) => boolean): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ ...name, Prefix: 'incoming/' }));
  for (const { Key, UploadId } of Uploads.filter(({ Initiated }) => isOld(Initiated))) {
    await client.send(new AbortMultipartUploadCommand({ ...name, Key, UploadId }));
  }
}
