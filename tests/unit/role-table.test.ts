import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtInRoles, permissions } from '../../src/domain/permission.ts';

test('the table in docs/security.md says of every built-in role exactly what it may do', () => {
  const { roles, rows } = documentedTable();
  expect(roles).toEqual(Object.keys(builtInRoles));
  expect(rows.map((row) => row.permission)).toEqual([...permissions]);
  for (const [index, role] of Object.values(builtInRoles).entries()) {
    const documented = rows.filter((row) => row.granted[index] === 'yes').map((row) => row.permission);
    expect(documented, role.name).toEqual(
      permissions.filter((permission) => role.permissions.some((p) => p === permission)),
    );
  }
});

function documentedTable() {
  const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const table = lines.slice(lines.findIndex((line) => line.startsWith('| Permission |')));
  const [heading = [], , ...body] = table.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''))
      .slice(1, -1),
  );
  const rows = body.filter((cells) => cells.length === heading.length);
  return {
    roles: heading.slice(1, -1),
    rows: rows.map(([permission = '', ...rest]) => ({ permission, granted: rest.slice(0, -1) })),
  };
}
