import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutants } from '../../dev/mutants/list.ts';

const root = new URL('../../', import.meta.url);

/** `make mutants` takes long: that a mutant no longer finds its place must show before. */
test.each(mutants)('the mutant $name finds what it takes away, once, and the tests that must notice', (mutant) => {
  const source = readFileSync(new URL(mutant.file, root), 'utf8');
  expect(source.split(mutant.find).length - 1).toBe(1);
  for (const file of mutant.tests) expect(existsSync(new URL(file, root)), file).toBe(true);
});
