import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { variableNames } from '../../src/platform/config.ts';

const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
const documented = lines.filter((line) => /^[A-Z_]+=/.test(line));
const nameOf = (line: string) => line.slice(0, line.indexOf('='));
const [programLines, composeLines] = splitAt('# docker-compose.yml');

test('.env.example lists every variable that a program reads, once, and no other', () => {
  expect(programLines.map(nameOf).toSorted()).toEqual(variableNames.toSorted());
});

test('every variable is explained on its own line', () => {
  expect(documented.filter((line) => !/ # \S/.test(line))).toEqual([]);
});

test('secrets have no example value that somebody could leave in place', () => {
  const secret = /SECRET|PASSWORD|MASTER_KEY|URL_KEY|API_KEY|DATABASE_\w+_URL/;
  expect(documented.filter((line) => secret.test(nameOf(line)) && !/=\s*#/.test(line))).toEqual([]);
});

test('.env.example lists every further variable that docker-compose.yml asks for', () => {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  const asked = new Set([...compose.matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1] ?? ''));
  for (const name of variableNames) asked.delete(name);
  expect(composeLines.map(nameOf).toSorted()).toEqual([...asked].toSorted());
});

function splitAt(heading: string): [string[], string[]] {
  const at = lines.findIndex((line) => line.startsWith(heading));
  const isVariable = (line: string) => documented.includes(line);
  return at < 0 ? [documented, []] : [lines.slice(0, at).filter(isVariable), lines.slice(at).filter(isVariable)];
}
