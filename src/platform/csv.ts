import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';

/** Why a file is not read as CSV. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault';
  readonly code: 'not_utf8' | 'not_csv';

  constructor(code: CsvFault['code']) {
    super(`the file is ${code === 'not_utf8' ? 'not in UTF-8' : 'not CSV'}`);
    this.code = code;
  }
}

/** A line longer than this is no row of contacts, but an open quote. */
const maxRecordBytes = 100_000;

/**
 * The rows of a CSV file, its first line included, as they arrive. The separator is the one that the first line uses:
 * comma, semicolon (as spreadsheets write it where the comma is decimal) or tab. Empty lines are left out. Throws
 * `CsvFault`, and whatever the source throws.
 */
export async function* readCsv(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const text = decoded(source);
  const { head, rest } = await withHead(text);
  const parser = parse({
    delimiter: separatorOf(head),
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: maxRecordBytes,
  });
  const input = Readable.from(rest);
  input.once('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const record of parser) yield record as string[];
  } catch (error) {
    throw error instanceof CsvError ? new CsvFault('not_csv') : error;
  } finally {
    input.destroy();
  }
}

async function* decoded(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw new CsvFault('not_utf8');
    }
  };
  for await (const bytes of source) yield decode(bytes);
  yield decode();
}

/** The text up to the end of its first line, and all of it. */
async function withHead(text: AsyncGenerator<string>): Promise<{ head: string; rest: AsyncIterable<string> }> {
  let head = '';
  while (!head.includes('\n') && head.length <= maxRecordBytes) {
    const { value, done } = await text.next();
    if (done === true) break;
    head += value;
  }
  const rest = async function* (): AsyncGenerator<string> {
    if (head !== '') yield head;
    yield* text;
  };
  return { head: head.split('\n', 1)[0] ?? '', rest: rest() };
}

const separators = [',', ';', '\t'] as const;

/** The separator that the line has most of, outside of quotes. */
function separatorOf(line: string): string {
  const bare = line.replaceAll(/"[^"]*"/g, '');
  const counted = separators.map((separator) => ({ separator, count: bare.split(separator).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).separator;
}

/** A line of CSV, with its end. Cells are written as they are, so that a file can be mended and read again. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
