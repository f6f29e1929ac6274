import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { startS3Server } from '../../dev/s3-server.ts';
import { testStack } from '../../dev/stack.ts';
import type { Storage } from '../../src/platform/storage.ts';
import { openStorage } from '../../src/platform/storage/open.ts';

/** A store in an S3 server of its own. */
export interface S3Storage {
  readonly storage: Storage;
  /** Every key in its bucket. */
  keys(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openS3Storage(): Promise<S3Storage> {
  const server = await startS3Server(testStack());
  const credentials = { accessKeyId: 'chorally', secretAccessKey: 'unchecked' };
  const settings = { endpoint: server.endpoint, region: 'eu-south-1', forcePathStyle: true };
  const client = new S3Client({ ...settings, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'media' }));
  return {
    storage: openStorage({ kind: 's3', ...settings, ...credentials, bucket: 'media' }),
    keys: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'media' }));
      return Contents.map(({ Key = '' }) => Key);
    },
    close: server.stop,
  };
}
