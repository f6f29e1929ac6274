import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { csvLine, readCsv } from '../../src/platform/csv.ts';

describe('a file', () => {
  it.each([
    ['commas', 'Nome,Telefono\nAnna,340\n'],
    ['semicolons, as spreadsheets in Italy write', 'Nome;Telefono\r\nAnna;340\r\n'],
    ['tabs', 'Nome\tTelefono\nAnna\t340'],
    ['a byte order mark', '\ufeffNome,Telefono\nAnna,340'],
    ['empty lines and spaces', 'Nome , Telefono\n\n Anna,340\n\n'],
  ])('with %s is read', async (_what, text) => {
    expect(await rowsOf(text)).toEqual([
      ['Nome', 'Telefono'],
      ['Anna', '340'],
    ]);
  });

  it('has its separator from its first line only', async () => {
    expect(await rowsOf('"Nome, cognome";Telefono\n"Riva, Anna";340, 341\n')).toEqual([
      ['Nome, cognome', 'Telefono'],
      ['Riva, Anna', '340, 341'],
    ]);
  });

  it('that is empty has no rows', async () => expect(await rowsOf('')).toEqual([]));

  it('in another encoding is refused, wherever the first strange letter stands', async () => {
    const bytes = Buffer.concat([Buffer.from('Nome\n'.repeat(50_000)), Buffer.from([0x4e, 0xe9, 0x0a])]);
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: 'not_utf8' });
  });

  it.each([
    ['a quote that never ends', 'Nome,Telefono\n"Anna,340\n'],
    ['no lines', 'x'.repeat(200_000)],
  ])('with %s is no CSV', async (_what, text) => {
    await expect(rowsOf(text)).rejects.toMatchObject({ code: 'not_csv' });
  });

  it('whose source breaks off is not taken for whole', async () => {
    const broken = async function* () {
      yield Buffer.from('Nome\nAnna\n');
      throw new Error('the store has gone');
    };
    await expect(collect(readCsv(broken()))).rejects.toThrow('the store has gone');
  });
});

test('what is written is read as it was', async () => {
  const cell = fc
    .string({ unit: fc.constantFrom('a', 'è', ',', ';', '"', '\n', ' ', '\t', '🙂') })
    .map((text) => text.trim());
  const table = fc
    .tuple(fc.integer({ min: 2, max: 4 }), fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { maxLength: 5 }))
    .map(([width, rows]) => rows.map((row) => ['x', ...row].slice(0, width)));
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 20 }), async (rows, pieceBytes) => {
      const header = ['a', 'b', 'c', 'd'].slice(0, rows[0]?.length ?? 2);
      const bytes = Buffer.from([header, ...rows].map(csvLine).join(''));
      expect(await collect(readCsv(pieces(bytes, pieceBytes)))).toEqual([header, ...rows]);
    }),
  );
});

const rowsOf = (content: string | Buffer) => collect(readCsv(pieces(Buffer.from(content), 65_536)));

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(rows: AsyncIterable<readonly string[]>): Promise<(readonly string[])[]> {
  const all = [];
  for await (const row of rows) all.push(row);
  return all;
}
