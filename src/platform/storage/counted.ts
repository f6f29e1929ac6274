import { createHash } from 'node:crypto';
import { FileTooLarge } from '../storage.ts';

/** A source whose bytes are hashed and counted while they flow through. */
export interface Counted {
  readonly source: AsyncGenerator<Uint8Array>;
  /** Once the source has ended. */
  sum(): { readonly sha256: string; readonly bytes: number };
}

/** Throws `FileTooLarge` from the source as soon as it has given more than `maxBytes`. */
export function counted(source: AsyncIterable<Uint8Array>, maxBytes: number): Counted {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    source: (async function* () {
      for await (const chunk of source) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) throw new FileTooLarge(maxBytes);
        hash.update(chunk);
        yield chunk;
      }
    })(),
    sum: () => ({ sha256: hash.digest('hex'), bytes }),
  };
}
