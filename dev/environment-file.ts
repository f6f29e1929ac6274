import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { demoPassword, demoServiceAccounts, demoUsers, operatorRealmRole } from './demo-data.ts';
import { programVariables } from './environment.ts';
import { simulatorAddresses } from './parts/simulators.ts';
import { runningProcesses } from './processes.ts';
import type { Stack } from './stack.ts';

/** What tools and tests need to know of a running stack; `.run/environment.json`. */
export type Environment = ReturnType<typeof describeStack>;

/** Asks Keycloak for a claim with every tenant the user belongs to; plain `organization` drops all but a single one. */
export const tokenScope = 'openid organization:*';

/** Writes the description of a running stack to its run folder and returns it. */
export function writeEnvironmentFile(stack: Stack): Environment {
  const environment = describeStack(stack);
  writeFileSync(join(stack.runDir, 'environment.json'), `${JSON.stringify(environment, null, 2)}\n`);
  return environment;
}

function describeStack(stack: Stack) {
  const variables = programVariables(stack);
  const api = `http://localhost:${stack.ports.api}`;
  return {
    api,
    openapi: `${api}/openapi.json`,
    keycloak: { realmUrl: variables['KEYCLOAK_REALM_URL'] ?? '', clientId: 'chorally-console', scope: tokenScope },
    temporal: {
      address: variables['TEMPORAL_ADDRESS'] ?? '',
      namespace: variables['TEMPORAL_NAMESPACE'] ?? '',
      ui: variables['TEMPORAL_UI_URL'] ?? '',
    },
    /** As the application's role, which row-level security confines. */
    databaseUrl: variables['DATABASE_APP_URL'] ?? '',
    simulators: simulatorAddresses(stack),
    mail: { smtp: `smtp://localhost:${stack.ports.smtp}`, web: `http://localhost:${stack.ports.mailWeb}` },
    processes: runningProcesses(stack),
    users: [...demoUsers].flatMap(({ username, memberships, realmRoles }) =>
      memberships.map(({ tenant, role }) => ({
        username,
        password: demoPassword,
        tenant,
        role: realmRoles.includes(operatorRealmRole) ? operatorRealmRole : role,
      })),
    ),
    serviceAccounts: demoServiceAccounts.map(({ clientId, clientSecret, tenant }) => ({
      clientId,
      clientSecret,
      tenant,
    })),
  };
}
