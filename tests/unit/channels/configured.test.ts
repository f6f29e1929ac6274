import { expect, test } from 'vitest';
import { isConfigured } from '../../../src/channels/configured.ts';
import { grantKindsOf } from '../../../src/domain/grant.ts';
import { networks } from '../../../src/domain/network.ts';
import { seedApps } from '../../support/apps.ts';

const ways = networks.flatMap((network) => grantKindsOf[network].map((kind) => ({ network, kind })));

test.each(ways)('$network by $kind is configured where all apps are', ({ network, kind }) => {
  expect(isConfigured(seedApps, network, kind)).toBe(true);
});

test('without a secret an app is not configured, and neither are the networks that it stands for', () => {
  const apps = { ...seedApps, google: { ...seedApps.google, secret: null } };
  const missing = ways.filter(({ network, kind }) => !isConfigured(apps, network, kind));
  expect(missing.map(({ network, kind }) => `${network} ${kind}`)).toEqual([
    'youtube oauth',
    'google_business oauth',
    'google_play oauth',
    'gmail oauth',
  ]);
});

test('WhatsApp needs its sign-up flow besides the app; Facebook does not', () => {
  const apps = { ...seedApps, meta: { ...seedApps.meta, whatsappConfigId: null } };
  expect(isConfigured(apps, 'whatsapp', 'embedded_signup')).toBe(false);
  expect(isConfigured(apps, 'facebook', 'facebook_login')).toBe(true);
});
