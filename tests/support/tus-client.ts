import { Readable } from 'node:stream';
import { Upload } from 'tus-js-client';
import { largeFilm } from './films.ts';

export interface Sending {
  readonly endpoint: string;
  readonly token: string;
  readonly bytes: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** An upload that was begun before. */
  readonly uploadUrl?: string;
  /** Hears up to which byte it has read what it sends, and may end it: then the client hangs up. */
  readonly hangUpAt?: (byte: number) => boolean;
  /** After how long it tries again when the server goes away. */
  readonly retryDelaysMs?: readonly number[];
}

/** How a client has come to its end. */
export interface Sent {
  readonly url: string;
  readonly hungUp: boolean;
  /** Every request that it made: its method, what it was answered, and from which byte on it sent. */
  readonly requests: readonly { readonly method: string; readonly status: number; readonly offset: number | null }[];
}

/**
 * Sends a large film, made while it is sent, with tus-js-client: a client that others wrote. Resolves when all of it has
 * arrived or it has hung up; rejects when the client gives up.
 */
export function sendFilm(sending: Sending): Promise<Sent> {
  const { endpoint, token, bytes, headers = {}, metadata = {}, uploadUrl, hangUpAt, retryDelaysMs } = sending;
  const requests: Sent['requests'][number][] = [];
  return new Promise((resolve, reject) => {
    const settle = (hungUp: boolean) => resolve({ url: upload.url ?? '', hungUp, requests });
    let ended = false;
    const onByte = (byte: number) => {
      if (ended || hangUpAt?.(byte) !== true) return;
      ended = true;
      upload.abort().then(() => settle(true), reject);
    };
    // The client knows files, buffers and streams; where it reads from is one of its options.
    const upload = new Upload(Readable.from([]), {
      endpoint,
      headers: { authorization: `Bearer ${token}`, ...headers },
      metadata: { ...metadata },
      uploadSize: bytes,
      retryDelays: retryDelaysMs === undefined ? null : [...retryDelaysMs],
      ...(uploadUrl === undefined ? {} : { uploadUrl }),
      fileReader: { openFile: () => Promise.resolve(filmSource(bytes, onByte)) },
      onAfterResponse: (request, response) => {
        const offset = request.getHeader('Upload-Offset');
        const known = offset === undefined ? null : Number(offset);
        requests.push({ method: request.getMethod(), status: response.getStatus(), offset: known });
      },
      onSuccess: () => settle(false),
      onError: reject,
    });
    upload.start();
  });
}

function filmSource(bytes: number, onByte: (byte: number) => void) {
  return {
    size: bytes,
    slice: (start: number, end: number) => {
      const until = Math.min(end, bytes);
      const value = Readable.from(upTo(until, { start, bytes, onByte }), { objectMode: false });
      return Promise.resolve({ value: Object.assign(value, { size: until - start }), done: until === bytes });
    },
    close: () => undefined,
  };
}

async function* upTo(
  end: number,
  { start, bytes, onByte }: { start: number; bytes: number; onByte: (byte: number) => void },
): AsyncGenerator<Buffer> {
  let at = start;
  for await (const chunk of largeFilm(bytes, start)) {
    yield chunk.subarray(0, end - at);
    at += chunk.length;
    if (at >= end) return;
    onByte(at);
  }
}
