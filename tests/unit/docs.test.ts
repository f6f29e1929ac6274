import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { portBaseVariables } from '../../dev/stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', 'simulators/README.md', ...markdownIn('docs')];

test.each(pages)('every link of %s leads somewhere', (page) => {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !resolves(page, link))).toEqual([]);
});

test.each(pages)('every file that %s names is there', (page) => {
  const named = [...prose(page).matchAll(/`((?:src|dev|tests|temporal|keycloak|docs|docker|bench)\/[\w./-]*)`/g)];
  const missing = named.map((match) => match[1] ?? '').filter((path) => !existsSync(join(root, path)));
  expect(missing).toEqual([]);
});

test.each(pages)('every make target that %s names exists', (page) => {
  const targets = new Set([...read('Makefile').matchAll(/^([a-z]+):/gm)].map((match) => match[1]));
  const named = [...code(page).matchAll(/\bmake ([a-z]+)\b/g)].map((match) => match[1]);
  expect(named.filter((target) => !targets.has(target))).toEqual([]);
});

test.each(pages)('every environment variable that %s names exists', (page) => {
  const named = [...read(page).matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map((match) => match[0]);
  expect(named.filter((name) => !variables.has(name) && !temporalWords.has(name))).toEqual([]);
});

test.each(pages)('every metric that %s names is measured', (page) => {
  const sources = read('src/platform/metrics.ts') + read('src/platform/worker-metrics.ts');
  const named = [...read(page).matchAll(/`(chorally_\w+_(?:seconds|total|connections))`/g)].map(
    (match) => match[1] ?? '',
  );
  expect(named.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

const variables: ReadonlySet<string> = new Set([
  ...[...read('.env.example').matchAll(/^([A-Z0-9_]+)=/gm)].map((match) => match[1] ?? ''),
  ...Object.values(portBaseVariables),
  'CHORALLY_RUN_DIR',
]);

const temporalWords: ReadonlySet<string> = new Set(['AUTO_UPGRADE', 'USE_EXISTING', 'REJECT_DUPLICATE']);

function resolves(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(resolve(root, target))) return false;
  return anchor === undefined || headings(target).includes(anchor);
}

/** As the usual renderers make anchors: lower case, spaces as dashes, no punctuation. */
function headings(page: string): readonly string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Without blocks of code, whose brackets are no links. */
function prose(page: string): string {
  return read(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** Blocks and spans of code, where commands stand. */
function code(page: string): string {
  return [...read(page).matchAll(/^```[\s\S]*?^```$|`[^`\n]+`/gm)].map((match) => match[0]).join('\n');
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}`)
    .flatMap((path) => {
      if (statSync(join(root, path)).isDirectory()) return markdownIn(path);
      return path.endsWith('.md') ? [path] : [];
    });
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
