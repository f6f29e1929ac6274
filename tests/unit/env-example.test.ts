import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { expect, test } from 'vitest';

import { variableNames } from '../../src/platform/config.ts';

const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
const documented = lines.filter((line) => /^[A-Z0-9_]+=/.test(line));
const nameOf = (line: string) => line.slice(0, line.indexOf('='));
const [programLines, composeLines] = splitAt('# docker-compose.yml');

test('.env.example lists every variable that a program reads, once, and no other', () => {
  expect(programLines.map(nameOf).toSorted()).toEqual(variableNames.toSorted());
});

test('every variable is explained on its own line', () => {
  expect(documented.filter((line) => !/ # \S/.test(line))).toEqual([]);
});

test('a copy of it changes nothing until somebody fills something in', () => {
  expect(documented.filter((line) => !/^[A-Z0-9_]+='' # /.test(line))).toEqual([]);
  expect(Object.values(parseEnv(lines.join('\n'))).filter((value) => value !== '')).toEqual([]);
});

test('.env.example lists every further variable that docker-compose.yml asks for', () => {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  const asked = new Set([...compose.matchAll(/\$\{([A-Z0-9_]+)/g)].map((match) => match[1] ?? ''));
  for (const name of variableNames) asked.delete(name);
  expect(composeLines.map(nameOf).toSorted()).toEqual([...asked].toSorted());
});

function splitAt(heading: string): [string[], string[]] {
  const at = lines.findIndex((line) => line.startsWith(heading));
  const isVariable = (line: string) => documented.includes(line);
  return at < 0 ? [documented, []] : [lines.slice(0, at).filter(isVariable), lines.slice(at).filter(isVariable)];
}
