import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { googlePeople } from '../../../simulators/google/seeds.ts';
import { serviceAccountKeyFile } from '../../../simulators/google/service-account-key.ts';
import { seedApp } from '../../../simulators/seed.ts';
import { googleAs, identityScopes } from '../connectors/google-cells.ts';
import { clientFolder, runWithClient } from './python.ts';

const installTimeoutMs = 300_000;

beforeAll(async () => void (await clientFolder('google')), installTimeoutMs);

test("Google's own clients consent, list, watch, sign with a key, and understand every refusal", async () => {
  const { simulator } = await googleAs({ network: 'gmail' });
  const seen = await runWithClient('google', join(import.meta.dirname, 'google_client.py'), {
    OAUTHLIB_INSECURE_TRANSPORT: '1',
    OAUTHLIB_RELAX_TOKEN_SCOPE: '1',
    GOOGLE_URL: simulator.url,
    CLIENT_ID: seedApp.google.clientId,
    CLIENT_SECRET: seedApp.google.clientSecret,
    TOPIC: seedApp.google.mailTopic,
    PERSON: googlePeople.chiara.sub,
    FOREIGN_LOCATION: '1020000000000001',
    KEY_FILE: JSON.stringify(serviceAccountKeyFile(simulator.world)),
  });
  const gone = ['invalid_grant', 'Token has been expired or revoked.'] as const;
  expect(seen).toEqual({
    youtube: {
      channels: [['UCaurora000000000000001', 'Mercato Aurora']],
      no_filter: [400, expect.stringContaining('No filter selected. Expected one of:')],
    },
    business: {
      accounts: ['PERSONAL', 'LOCATION_GROUP'],
      sheets: [100, 4],
      without_mask: [400, 'Request contains an invalid argument.'],
      foreign: [403, 'The caller does not have permission'],
    },
    mail: {
      address: googlePeople.chiara.email,
      watch: ['expiration', 'historyId'],
      granted: [...identityScopes, 'https://www.googleapis.com/auth/gmail.send'],
      without_scope: [
        403,
        'Request had insufficient authentication scopes.',
        [expect.objectContaining({ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' })],
      ],
    },
    robot: {
      reviews: {},
      foreign: [
        401,
        'The current user has insufficient permissions to perform the requested operation.',
        [expect.objectContaining({ domain: 'androidpublisher', reason: 'permissionDenied' })],
      ],
      unknown: [404, 'No application was found for the given package name.'],
      no_account: refusedAs('invalid_grant', 'Invalid grant: account not found'),
    },
    lifecycle: { renewed: true, revoked: 200, refused: refusedAs(...gone), dead: refusedAs(...gone) },
  });
});

/** How Google's client tells what the authorisation server said. */
const refusedAs = (error: string, words: string) => [`${error}: ${words}`, { error, error_description: words }];
