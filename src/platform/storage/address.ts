import type { PieceAddress, UploadAddress } from '../storage.ts';

const safeSegment = /^[0-9a-f-]{32,64}$/;

/** Under what path or key each thing lies, the same in every kind of store. Throws for what could leave its place. */
export const addressOf = {
  stored: (tenantId: string, sha256: string) => `${safe(tenantId)}/${sha256.slice(0, 2)}/${safe(sha256)}`,
  incoming: (id: string) => `incoming/${safe(id)}`,
  pieces: ({ tenantId, uploadId }: UploadAddress) => `pieces/${safe(tenantId, uploadId)}`,
  piece: ({ tenantId, uploadId, piece }: PieceAddress) => `pieces/${safe(tenantId, uploadId, piece)}`,
} as const;

/** What lies under these is unfinished, and swept when it grows old. */
export const unfinishedAreas = ['incoming', 'pieces'] as const;

function safe(...segments: readonly string[]): string {
  if (!segments.every((segment) => safeSegment.test(segment))) throw new TypeError('not the address of a stored file');
  return segments.join('/');
}
