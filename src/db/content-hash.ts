import { createHash } from 'node:crypto';
import { canonical, type PostContent } from '../domain/content.ts';
import type { ContentHash, MediaId, Sha256 } from '../domain/ids.ts';

/** The hash that votes are bound to: over what readers will see, media bytes included. */
export function contentHash(content: PostContent, hashOf: (id: MediaId) => Sha256): ContentHash {
  return createHash('sha256').update(canonical(content, hashOf)).digest('hex') as ContentHash;
}
