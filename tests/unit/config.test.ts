import { expect, test } from 'vitest';

import {
  ConfigError,
  readApiConfig,
  readMigrateConfig,
  readRotationConfig,
  readWorkerConfig,
} from '../../src/platform/config.ts';

test('the message names every wrong and every missing variable at once', () => {
  const message = messageOf(() =>
    readApiConfig({ ...complete, API_PORT: 'high', MASTER_KEY: undefined, PUBLIC_URL: '' }),
  );
  expect(message).toContain('API_PORT must be a whole number');
  expect(message).toContain('MASTER_KEY is missing');
  expect(message).toContain('PUBLIC_URL is missing');
});

test('the message never repeats a value', () => {
  expect(messageOf(() => readApiConfig({ ...complete, MASTER_KEY: 'hunter2' }))).not.toContain('hunter2');
});

test('a program demands only what it uses', () => {
  const { DATABASE_OWNER_URL, DATABASE_APP_URL, DATABASE_SYSTEM_URL } = complete;
  expect(readMigrateConfig({ DATABASE_OWNER_URL, DATABASE_APP_URL, DATABASE_SYSTEM_URL }).database.ownerUrl).toBe(
    DATABASE_OWNER_URL,
  );
  const { MASTER_KEY } = complete;
  expect(readRotationConfig({ DATABASE_APP_URL, DATABASE_SYSTEM_URL, MASTER_KEY }).masterKeys).toHaveLength(1);
  expect(() => readApiConfig({ ...complete, DATABASE_OWNER_URL: undefined, WORKER_BUILD_ID: undefined })).not.toThrow();
});

test('nothing is assumed to be development', () => {
  expect(readApiConfig(complete).production).toBe(true);
  expect(() => readApiConfig({ ...complete, ALLOW_PRIVATE_NETWORK_TARGETS: 'true' })).toThrow(ConfigError);
  expect(
    readApiConfig({ ...complete, CHORALLY_ENV: 'development', ALLOW_PRIVATE_NETWORK_TARGETS: 'true' }).networks
      .allowPrivateTargets,
  ).toBe(true);
});

test('the master key keeps its versions, the current one first', () => {
  const keys = readWorkerConfig({ ...complete, MASTER_KEY: `2:${key('b')},1:${key('a')}` }).masterKeys;
  expect(keys.map(({ version, bytes }) => [version, bytes.length])).toEqual([
    [2, 32],
    [1, 32],
  ]);
});

test('a worker may serve one task queue only, and never one that does not exist', () => {
  expect(readWorkerConfig({ ...complete, WORKER_TASK_QUEUES: 'publish' }).taskQueues).toEqual(['publish']);
  expect(messageOf(() => readWorkerConfig({ ...complete, WORKER_TASK_QUEUES: 'publish,fast' }))).toContain(
    'WORKER_TASK_QUEUES must name task queues',
  );
});

test('each kind of media store demands what it needs, and no more', () => {
  expect(readApiConfig(complete).media.store).toEqual({ kind: 'folder', directory: '/var/lib/chorally/media' });
  expect(messageOf(() => readApiConfig({ ...complete, MEDIA_DIR: undefined }))).toContain('MEDIA_DIR is missing');
  const s3 = { MEDIA_STORE: 's3', S3_REGION: 'eu-south-1', S3_BUCKET: 'media', S3_ACCESS_KEY_ID: 'AK' };
  expect(messageOf(() => readWorkerConfig({ ...complete, ...s3 }))).toContain('S3_SECRET_ACCESS_KEY is missing');
  expect(
    readWorkerConfig({ ...complete, ...s3, MEDIA_DIR: undefined, S3_SECRET_ACCESS_KEY: 'x' }).media.store,
  ).toMatchObject({ kind: 's3', bucket: 'media', endpoint: null, forcePathStyle: false });
});

const key = (letter: string) => Buffer.alloc(32, letter).toString('base64');

const complete = {
  DATABASE_OWNER_URL: 'postgres://chorally_owner:x@db.example.com/chorally',
  DATABASE_APP_URL: 'postgres://chorally_app:x@db.example.com/chorally',
  DATABASE_SYSTEM_URL: 'postgres://chorally_system:x@db.example.com/chorally',
  TEMPORAL_ADDRESS: 'temporal.example.com:7233',
  KEYCLOAK_REALM_URL: 'https://login.example.com/realms/chorally',
  PUBLIC_URL: 'https://api.example.com',
  MEDIA_DIR: '/var/lib/chorally/media',
  MEDIA_URL_KEY: 'k'.repeat(32),
  MASTER_KEY: `1:${key('a')}`,
  WORKER_BUILD_ID: 'abc123',
};

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
