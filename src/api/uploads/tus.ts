import { z } from 'zod';
import { refuseCommon } from '../common-problems.ts';
import { maxUploadBytes } from '../media/taken-files.ts';
import type { FieldError, ProblemKinds } from '../problem.ts';
import { Refused } from '../problem.ts';

/**
 * The tus protocol for uploads that survive a lost connection (https://tus.io/protocols/resumable-upload), version 1.0:
 * its core, creation, termination and expiration. Every answer below `/v1/uploads` carries these headers.
 */
export const tusVersion = '1.0.0';
export const tusPath = '/v1/uploads';
export const tusHeaders = { 'tus-resumable': tusVersion } as const;
/** What OPTIONS tells besides. */
export const tusCapabilities = {
  'tus-version': tusVersion,
  'tus-extension': 'creation,termination,expiration',
  'tus-max-size': String(maxUploadBytes),
} as const;

export const tusProblems = {
  tus_version: {
    status: 412,
    title: 'Unknown version of the upload protocol',
    description: 'Uploads speak tus 1.0: send `Tus-Resumable: 1.0.0`. `Tus-Version` lists what is spoken.',
  },
} as const satisfies ProblemKinds;

/** Declared by every route that a tus client calls. */
export const tusHeader = {
  'tus-resumable': z
    .string()
    .optional()
    .meta({ description: 'The version of the protocol; without it 412.', example: tusVersion }),
};

export const byteCount = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

export function requireTus(version: string | undefined): void {
  if (version === tusVersion) return;
  throw new Refused('tus_version', tusProblems.tus_version, { headers: { 'tus-version': tusVersion } });
}

const key = /^[\x21-\x2b\x2d-\x7e]{1,100}$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** `Upload-Metadata`: pairs of a name and a text in base64, separated by commas. Throws 400. */
export function parseMetadata(header: string | undefined): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const pair of header === undefined || header.trim() === '' ? [] : header.split(',')) {
    const [name = '', value = '', ...more] = pair.trim().split(' ');
    if (!key.test(name) || !base64.test(value) || more.length > 0 || read.has(name)) throw badMetadata();
    read.set(name, textOf(value));
  }
  return read;
}

function textOf(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'base64'));
  } catch {
    throw badMetadata();
  }
}

function badMetadata(): Refused {
  const error: FieldError = {
    parameter: 'upload-metadata',
    rule: 'tus_metadata',
    limit: null,
    value: null,
    detail: 'must be names with texts in base64, separated by commas',
  };
  return refuseCommon('malformed', { errors: [error] });
}

/** `Upload-Expires`, as HTTP writes instants. */
export function expiryHeader(expiresAt: Date): { 'upload-expires': string } {
  return { 'upload-expires': expiresAt.toUTCString() };
}
