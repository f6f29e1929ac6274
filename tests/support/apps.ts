import { seedApp } from '../../simulators/seed.ts';
import type { Apps } from '../../src/channels/registry.ts';

/** The development apps that the simulators know. */
export const seedApps: Apps = {
  meta: {
    id: seedApp.meta.clientId,
    secret: seedApp.meta.clientSecret,
    graphVersion: 'v26.0',
    whatsappConfigId: seedApp.whatsapp.configId,
  },
  instagram: { id: seedApp.instagram.clientId, secret: seedApp.instagram.clientSecret },
  linkedin: { id: seedApp.linkedin.clientId, secret: seedApp.linkedin.clientSecret, version: thisMonth() },
  x: {
    id: seedApp.x.clientId,
    secret: seedApp.x.clientSecret,
    consumerSecret: seedApp.x.consumerSecret,
    appToken: seedApp.x.appToken,
  },
  google: {
    id: seedApp.google.clientId,
    secret: seedApp.google.clientSecret,
    mailTopic: seedApp.google.mailTopic,
  },
  microsoft: {
    id: seedApp.microsoft.clientId,
    secret: seedApp.microsoft.clientSecret,
    directory: 'organizations',
  },
};

/** LinkedIn's versions live for a year. */
function thisMonth(): string {
  return new Date().toISOString().slice(0, 7).replace('-', '');
}
