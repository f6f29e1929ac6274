import { describe, expect, it } from 'vitest';
import type { Connectors } from '../../../src/channels/registry.ts';
import { consentConnectorOf, grantOf } from '../../support/connectors.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { networkWith, type Route } from './network-stub.ts';

const meta = { id: 'app', secret: 'app-secret', graphVersion: 'v25.0', whatsappConfigId: 'config' };
const request = { redirectUri: 'https://app.example/back', state: 's', codeChallenge: null };

describe('connecting WhatsApp', () => {
  it('sends the business to Embedded Signup by its configuration, without permissions', async () => {
    const { connectors } = await networkWith({}, { meta });

    const url = new URL(whatsapp(connectors).authorizationUrl(request));

    expect(url.pathname).toBe('/v25.0/dialog/oauth');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'app',
      config_id: 'config',
      redirect_uri: 'https://app.example/back',
      state: 's',
      response_type: 'code',
      override_default_response_type: 'true',
    });
    expect(url.searchParams.get('scope')).toBeNull();
  });

  it('needs the configuration', async () => {
    const { connectors } = await networkWith({});

    const start = async () => whatsapp(connectors).authorizationUrl(request);
    expect((await channelErrorOf(start())).message).toContain('no Embedded Signup configuration');
  });

  it('lists the numbers of the accounts that the token is limited to', async () => {
    const { connectors } = await networkWith(
      { 'GET /debug_token': limitedTo(['w1']), 'GET /w1/phone_numbers': numbers(['p1', 'CONNECTED']) },
      { meta },
    );

    // A picture that cannot be had is no reason to go without the number.
    expect(await whatsapp(connectors).listPages(grantOf('t'), [])).toEqual([
      {
        externalId: 'p1',
        name: 'Bar (+39 1)',
        pictureUrl: null,
        accessToken: null,
        details: { wabaId: 'w1', phoneNumber: '+39 1' },
        refusal: null,
      },
    ]);
  });

  it('lists those of the whole business where the token is not limited', async () => {
    const { connectors } = await networkWith(
      {
        'GET /debug_token': limitedTo(null),
        'GET /me': () => ({ body: { id: '5', client_business_id: 'b' } }),
        'GET /b/owned_whatsapp_business_accounts': () => ({ body: { data: [{ id: 'w1' }] } }),
        'GET /b/client_whatsapp_business_accounts': () => ({ body: { data: [{ id: 'w1' }, { id: 'w2' }] } }),
        'GET /w1/phone_numbers': numbers(['p1', 'CONNECTED']),
        'GET /w2/phone_numbers': numbers(['p2', 'FLAGGED']),
      },
      { meta },
    );

    const listed = await whatsapp(connectors).listPages(grantOf('t'), []);
    expect(listed.map(({ externalId, details: { wabaId } }) => [externalId, wabaId])).toEqual([
      ['p1', 'w1'],
      ['p2', 'w2'],
    ]);
  });

  it('refuses numbers that cannot send', async () => {
    const states = ['CONNECTED', 'FLAGGED', 'RESTRICTED', 'PENDING', 'UNVERIFIED', 'BANNED', 'MIGRATED'] as const;
    const { connectors } = await networkWith(
      {
        'GET /debug_token': limitedTo(['w1']),
        'GET /w1/phone_numbers': numbers(...states.map((state) => [state, state] as const), [
          'elsewhere',
          'CONNECTED',
          'ON_PREMISE',
        ]),
      },
      { meta },
    );

    const listed = await whatsapp(connectors).listPages(grantOf('t'), []);
    const refused = listed.filter(({ refusal }) => refusal === 'not_eligible').map(({ externalId }) => externalId);
    expect(refused).toEqual(['PENDING', 'UNVERIFIED', 'BANNED', 'MIGRATED', 'elsewhere']);
  });
});

const whatsapp = (connectors: Connectors) => consentConnectorOf(connectors, 'whatsapp', 'embedded_signup');

function limitedTo(ids: readonly string[] | null): Route {
  const scope = { scope: 'whatsapp_business_management', ...(ids === null ? {} : { target_ids: ids }) };
  return () => ({ body: { data: { is_valid: true, scopes: [scope.scope], granular_scopes: [scope] } } });
}

function numbers(...all: readonly (readonly [id: string, status: string, platform?: string])[]): Route {
  const data = all.map(([id, status, platform = 'CLOUD_API']) => ({
    id,
    status,
    display_phone_number: '+39 1',
    verified_name: 'Bar',
    platform_type: platform,
  }));
  return () => ({ body: { data } });
}
