import { programVariables } from '../../dev/environment.ts';
import { demoPassword, demoServiceAccounts } from '../../dev/demo-data.ts';
import { tokenScope } from '../../dev/environment-file.ts';
import { testStack } from '../../dev/stack.ts';

const realmUrl = String(programVariables(testStack())['KEYCLOAK_REALM_URL']);
const known = new Map<string, Promise<string>>();

/** A real access token of a demo user, by the password grant that development realms allow. */
export function userToken(username: string): Promise<string> {
  return cached(username, { client_id: 'chorally-console', grant_type: 'password', username, password: demoPassword });
}

/** A real access token of a demo service account, by its client id. */
export function serviceToken(clientId: string): Promise<string> {
  const secret = demoServiceAccounts.find((account) => account.clientId === clientId)?.clientSecret;
  if (secret === undefined) throw new Error(`no demo service account is called ${clientId}`);
  return cached(clientId, { client_id: clientId, client_secret: secret, grant_type: 'client_credentials' });
}

function cached(name: string, form: Record<string, string>): Promise<string> {
  const token = known.get(name) ?? requestToken(form);
  known.set(name, token);
  return token;
}

async function requestToken(form: Record<string, string>): Promise<string> {
  const response = await fetch(`${realmUrl}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ scope: tokenScope, ...form }),
  });
  const body = (await response.json()) as { access_token?: string; error?: string };
  if (body.access_token === undefined) throw new Error(`Keycloak gave no token: ${body.error}`);
  return body.access_token;
}
