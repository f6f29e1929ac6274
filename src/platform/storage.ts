import type { Readable } from 'node:stream';

/**
 * Where files are kept: immutable, addressed by tenant and sha256. The kinds of stores stand in `storage/`; one suite of
 * tests holds all of them to this contract. No file is ever held in memory as a whole unless `read` is asked for it.
 */
export interface Storage {
  /**
   * Takes a stream in, hashing it on the way. Nothing is in the store before `keep`. Throws `FileTooLarge` beyond
   * `maxBytes`, and whatever the source throws when it breaks off; in both cases nothing stays behind.
   */
  receive(tenantId: string, source: AsyncIterable<Uint8Array>, limit: { maxBytes: number }): Promise<ReceivedFile>;
  /** A stored file, or null where there is none. */
  find(tenantId: string, sha256: string): Promise<StoredFile | null>;
  /** Removes a stored file for good; one that is not there is success. Whoever calls it holds the file's row locked. */
  remove(tenantId: string, sha256: string): Promise<void>;
  readonly pieces: PieceStore;
  /** Removes what processes that died were taking in: everything unfinished from before `olderThan`. Returns how many. */
  sweepUnfinished(olderThan: Date): Promise<number>;
}

/** Uploads that come bit by bit, over several requests and processes, lie here in pieces until they are whole. */
export interface PieceStore {
  /** Durable when it returns. */
  put(piece: PieceAddress, content: Uint8Array): Promise<void>;
  /** Throws `FileMissing` for a piece that is not there. */
  read(piece: PieceAddress): Promise<Uint8Array>;
  /** Removes every piece of an upload. */
  drop(upload: UploadAddress): Promise<void>;
}

export interface UploadAddress {
  readonly tenantId: string;
  readonly uploadId: string;
}

export interface PieceAddress extends UploadAddress {
  readonly piece: string;
}

/** Bytes from `start` to before `end`, both within the file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface StoredFile {
  readonly bytes: number;
  stream(range?: ByteRange): Promise<Readable>;
  read(range?: ByteRange): Promise<Uint8Array>;
}

/** A file that was taken in and awaits its judgement: call `keep` or `discard`. */
export interface ReceivedFile extends StoredFile {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Makes it part of the store, durably. Keeping bytes that are there already changes nothing. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the file has more than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

export class FileMissing extends Error {
  override readonly name = 'FileMissing';
}
