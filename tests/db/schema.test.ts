import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { databaseAs } from './support/stack-databases.ts';

const owner = databaseAs('owner');

test('the types of src/db/schema.ts name the tables, columns and nulls of the migrated database', async () => {
  const { rows } = await sql<{ table: string; column: string; nullable: boolean }>`
    select relname as table, attname as column, not attnotnull as nullable
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname not like 'kysely_%' and attnum > 0 and not attisdropped`.execute(owner.db);
  const migrated = rows.map(({ table, column, nullable }) => `${table}.${column}${nullable ? ' null' : ''}`);
  expect(declaredColumns().toSorted()).toEqual(migrated.toSorted());
});

/** Reads the interface as text: types are gone at run time. */
function declaredColumns(): string[] {
  const body = [
    'schema',
    'schema-approval',
    'notice-tables',
    'halt-tables',
    'connection-tables',
    'contact-tables',
    'campaign-tables',
  ]
    .map(bodyOf)
    .join('\n');
  return [...body.matchAll(/^ {2}(\w+): \{(.*?)\}(?=;$)/gms)].flatMap(([, table, columns = '']) =>
    [...columns.matchAll(/(\w+): ([^;]+)(?:;|$)/g)].map(
      ([, column, type = '']) => `${table}.${column}${/\| null\s*$/.test(type) ? ' null' : ''}`,
    ),
  );
}

function bodyOf(file: string): string {
  const source = readFileSync(new URL(`../../src/db/${file}.ts`, import.meta.url), 'utf8');
  return source.slice(source.indexOf('export interface '));
}
