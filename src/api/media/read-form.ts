import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { refuseCommon } from '../common-problems.ts';
import type { FieldError, Refused } from '../problem.ts';

/** The one file of a form, as its sender calls it; its content is taken while it arrives. */
export interface FormFile {
  readonly stream: Readable;
  readonly fileName: string;
}

const maxFieldBytes = 8_192;
const limits = { files: 2, fields: 4, parts: 6, fieldSize: maxFieldBytes, headerPairs: 50 };

/**
 * Reads a multipart form that has exactly one file, in the field `file`, and nothing besides `fields`. The file is
 * handed to `take` while it arrives, and `drop` undoes that when the rest of the form is wrong. Throws 400 for what is
 * no such form or breaks off, 422 for a form with other fields, and whatever `take` throws.
 */
export async function readForm<Taken>(
  request: { readonly stream: Readable; readonly headers: IncomingHttpHeaders },
  {
    fields: allowed,
    take,
    drop,
  }: {
    fields: readonly string[];
    take: (file: FormFile) => Promise<Taken>;
    drop: (taken: Taken) => Promise<void>;
  },
): Promise<{ taken: Taken; fields: ReadonlyMap<string, string> }> {
  const fields = new Map<string, string>();
  const wrong: FieldError[] = [];
  const state: { taking: Promise<Taken> | null } = { taking: null };
  try {
    await parse(request, {
      onField: (name, value) => {
        if (!allowed.includes(name)) wrong.push(fieldError(name, 'unknown', 'is not known here'));
        else if (fields.has(name)) wrong.push(fieldError(name, 'repeated', 'comes more than once'));
        else fields.set(name, value);
      },
      onFile: (name, file) => {
        if (name !== 'file') return void wrong.push(fieldError(name, 'unknown', 'is not a field for files'));
        if (state.taking !== null) return void wrong.push(fieldError('file', 'max_files', 'may be one file only'));
        state.taking = take(file);
        return state.taking;
      },
    });
    if (state.taking === null)
      throw refuseCommon('invalid', { errors: [fieldError('file', 'required', 'is missing')] });
    if (wrong.length > 0) throw refuseCommon('invalid', { errors: wrong });
    const taken = await state.taking;
    return { taken, fields };
  } catch (error) {
    await undo(state.taking, drop);
    throw error;
  }
}

async function undo<Taken>(taking: Promise<Taken> | null, drop: (taken: Taken) => Promise<void>): Promise<void> {
  if (taking === null) return;
  const taken = await taking.then(
    (value) => ({ value }),
    // Taking failed: it has cleaned up after itself, and its error is on its way already.
    () => null,
  );
  if (taken !== null) await drop(taken.value);
}

interface Parts {
  onField(name: string, value: string): void;
  /** What it returns is awaited; anything else it is given flows away. */
  onFile(name: string, file: FormFile): Promise<unknown> | void;
}

function parse(
  { stream, headers }: { stream: Readable; headers: IncomingHttpHeaders },
  { onField, onFile }: Parts,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const form = openForm(headers);
    let current: Readable | null = null;
    const stop = (error: Error): void => {
      stream.unpipe(form);
      // What still comes flows away unread, so that the answer can be received.
      stream.resume();
      current?.destroy(error);
      reject(error);
    };
    form.on('field', (name, value, _nameTruncated, truncated) => {
      if (truncated) stop(refuseCommon('invalid', { errors: [tooLong(name)] }));
      else onField(name, value);
    });
    form.on('file', (name, file, fileName) => {
      current = file;
      // Whoever reads it hears of its errors; one that nobody reads must not end the program.
      file.on('error', () => undefined);
      const taking = onFile(name, { stream: file, fileName });
      if (taking === undefined) file.resume();
      else taking.catch((error: unknown) => stop(asError(error)));
    });
    form.on('partsLimit', () => stop(malformed('The form has too many parts.')));
    form.on('error', () => stop(malformed('The form cannot be read.')));
    form.on('finish', resolve);
    stream.once('error', () => stop(brokenOff()));
    stream.once('close', () => {
      if (!stream.readableEnded) stop(brokenOff());
    });
    stream.pipe(form);
  });
}

function openForm(headers: IncomingHttpHeaders): BusboyInstance {
  try {
    return new Busboy({ headers: { ...headers, 'content-type': headers['content-type'] ?? '' }, limits });
  } catch {
    throw malformed('The content type does not name the boundary of the form.');
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the file could not be taken', { cause: error });
}

function brokenOff(): Refused {
  return malformed('The form broke off.');
}

function malformed(detail: string): Refused {
  return refuseCommon('malformed', { detail });
}

function fieldError(name: string, rule: string, detail: string): FieldError {
  return { pointer: `/${name}`, rule, limit: null, value: null, detail };
}

function tooLong(name: string): FieldError {
  return { pointer: `/${name}`, rule: 'too_big', limit: maxFieldBytes, value: null, detail: 'is too long' };
}
