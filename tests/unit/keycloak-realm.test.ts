import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { demoGroups, demoTenants, demoUsers } from '../../dev/demo-data.ts';
import { buildRealm } from '../../keycloak/realm.ts';
import { builtInRoles } from '../../src/domain/permission.ts';

test('the development realm is the demo data, nothing more and nothing less', () => {
  expect(fileOf('chorally-realm.json')).toEqual(buildRealm('development'));
});

test('the production realm knows no demo user, no password and no password grant', () => {
  const realm = fileOf('production/chorally-realm.json');
  expect(realm).toEqual(buildRealm('production'));
  expect([...realm.users, ...realm.organizations]).toEqual([]);
  expect(
    realm.clients.some((client) => 'directAccessGrantsEnabled' in client && client.directAccessGrantsEnabled),
  ).toBe(false);
});

test('every tenant has somebody in each role, and two reviewers', () => {
  for (const { slug } of demoTenants) {
    const roles = demoUsers
      .filter(({ memberships }) => memberships.length === 1)
      .flatMap(({ memberships }) => memberships)
      .filter(({ tenant }) => tenant === slug)
      .map(({ role }) => role);
    expect(new Set(roles)).toEqual(new Set(Object.keys(builtInRoles)));
    expect(roles.filter((role) => role === 'reviewer')).toHaveLength(2);
  }
});

test('ids and user names are unique', () => {
  const ids = [...demoTenants, ...demoUsers, ...demoGroups].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(demoUsers.map(({ username }) => username)).size).toBe(demoUsers.length);
});

function fileOf(name: string): ReturnType<typeof buildRealm> {
  return JSON.parse(readFileSync(new URL(`../../keycloak/${name}`, import.meta.url), 'utf8'));
}
