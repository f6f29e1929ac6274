import { describe, expect, it } from 'vitest';
import type { ConsentConnector } from '../../../src/channels/connector.ts';
import { gmailConnector } from '../../../src/channels/gmail/connector.ts';
import type { GoogleDependencies } from '../../../src/channels/google/rest.ts';
import { googleBusinessConnector } from '../../../src/channels/google_business/connector.ts';
import { googlePlayConnector } from '../../../src/channels/google_play/connector.ts';
import { publicHosts, resolveTarget, webUrl } from '../../../src/channels/http/hosts.ts';
import { youtubeConnector } from '../../../src/channels/youtube/connector.ts';
import { noon } from './channel-http.ts';
import { received } from './received-answer.ts';

const held = { externalId: '1', accessToken: 'ya29.x', refreshToken: '1//x', scopes: null, details: {} };
const grant = { ...held, expiresAt: null, consentExpiresAt: null };

/** In the simulator all of Google is at one address: only here is it seen that nothing goes to the wrong one. */
describe('in the world', () => {
  it('the consent page is asked for everything that Google wants to know', () => {
    const { connector } = recording(youtubeConnector);
    const request = { redirectUri: 'https://chorally.test/callback', state: 's', codeChallenge: 'c' };
    const url = new URL(connector.authorizationUrl(request));

    expect(url.origin + url.pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth');
    const { scope, ...rest } = Object.fromEntries(url.searchParams);
    expect(rest).toEqual({
      client_id: 'our-client',
      redirect_uri: 'https://chorally.test/callback',
      response_type: 'code',
      state: 's',
      access_type: 'offline',
      prompt: 'consent select_account',
      code_challenge: 'c',
      code_challenge_method: 'S256',
    });
    expect(scope?.split(' ')).toEqual([
      'openid',
      'https://www.googleapis.com/auth/userinfo.email',
      'https://www.googleapis.com/auth/userinfo.profile',
      'https://www.googleapis.com/auth/youtube.readonly',
      'https://www.googleapis.com/auth/youtube.upload',
      'https://www.googleapis.com/auth/youtube.force-ssl',
      'https://www.googleapis.com/auth/yt-analytics.readonly',
    ]);
  });

  it.each([
    [youtubeConnector, ['https://youtube.googleapis.com/youtube/v3/channels']],
    [
      googleBusinessConnector,
      [
        'https://mybusinessaccountmanagement.googleapis.com/v1/accounts',
        'https://mybusinessbusinessinformation.googleapis.com/v1/accounts/7/locations',
      ],
    ],
    [googlePlayConnector, ['https://androidpublisher.googleapis.com/androidpublisher/v3/applications/it.app/reviews']],
    [
      gmailConnector,
      ['https://openidconnect.googleapis.com/v1/userinfo', 'https://gmail.googleapis.com/gmail/v1/users/me/profile'],
    ],
  ])('%o lists its pages where they are', async (connect, addresses) => {
    const { connector, asked } = recording(connect);
    await connector.listPages(grant, ['it.app']);
    expect(asked).toEqual(addresses);
  });

  it('a grant is renewed, looked at and taken back at the authorisation server', async () => {
    const { connector, asked } = recording(gmailConnector);
    await connector.refresh?.(held);
    await connector.grantedScopes(held);
    await connector.revoke?.(held);
    expect(asked).toEqual([
      'https://oauth2.googleapis.com/token',
      'https://oauth2.googleapis.com/tokeninfo',
      'https://oauth2.googleapis.com/revoke',
    ]);
  });
});

/** A connector whose requests are written down and answered with a little of everything. */
function recording(connect: (dependencies: GoogleDependencies) => ConsentConnector) {
  const asked: string[] = [];
  const everything = {
    access_token: 'ya29.y',
    scope: 'openid',
    sub: '1',
    emailAddress: 'a@firma.example',
    items: [{ id: 'UC1', snippet: { title: 'Canale' } }],
    accounts: [{ name: 'accounts/7' }],
    locations: [{ name: 'locations/8', title: 'Negozio' }],
  };
  const http: GoogleDependencies['http'] = {
    send: async ({ network, target }) => {
      asked.push(resolveTarget(publicHosts, network, target)?.href ?? 'nowhere');
      return received(200, everything);
    },
    webUrl: (network, path) => webUrl(publicHosts, network, path),
    close: async () => undefined,
  };
  const app = { id: 'our-client', secret: 'our-secret', mailTopic: null };
  return { connector: connect({ http, clock: () => noon, app }), asked };
}
