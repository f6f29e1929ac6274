import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { grantKindsOf } from '../../../src/domain/grant.ts';
import { networks } from '../../../src/domain/network.ts';

test('every way of connecting every network has one row, in which no situation can be left out', async () => {
  const ways = networks.flatMap((network) => grantKindsOf[network].map((kind) => `${network} by ${kind}`));
  expect((await describedRows()).toSorted()).toEqual(ways.toSorted());
});

/** Read from the sources: each row runs in a file of its own, and its type asks for every situation. */
async function describedRows(): Promise<readonly string[]> {
  const folder = import.meta.dirname;
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'));
  const sources = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const row = /^describeConnector\(\{\n {2}network: '(\w+)',\n {2}kind: '(\w+)',$/gm;
  return sources.flatMap((source) => [...source.matchAll(row)].map(([, network, kind]) => `${network} by ${kind}`));
}
