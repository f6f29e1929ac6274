import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Stack } from './stack.ts';

export type Secrets = Readonly<{
  /** Superuser of the local Postgres, used once to make the owner's role and its database. */
  postgresPassword: string;
  ownerPassword: string;
  appPassword: string;
  systemPassword: string;
  keycloakAdminPassword: string;
  mediaUrlKey: string;
  masterKey: string;
}>;

/** The stack's own secrets, made once and kept in its run folder. */
export function stackSecrets({ runDir }: Stack): Secrets {
  const file = join(runDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const secrets: Secrets = {
    postgresPassword: password(),
    ownerPassword: password(),
    appPassword: password(),
    systemPassword: password(),
    keycloakAdminPassword: password(),
    mediaUrlKey: randomBytes(32).toString('hex'),
    masterKey: `1:${randomBytes(32).toString('base64')}`,
  };
  mkdirSync(runDir, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

const password = () => randomBytes(18).toString('base64url');
