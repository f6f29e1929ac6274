/** The networks that a company's pages, numbers, mailboxes and apps live on. */
export const networks = [
  'facebook',
  'instagram',
  'whatsapp',
  'linkedin',
  'x',
  'telegram',
  'youtube',
  'google_business',
  'google_play',
  'app_store',
  'gmail',
  'microsoft_mail',
  'tiktok',
] as const;

export type Network = (typeof networks)[number];

/** The networks that a post can be published on today. */
export const publishingNetworks = ['facebook', 'instagram', 'linkedin'] as const satisfies readonly Network[];

export type PublishingNetwork = (typeof publishingNetworks)[number];

/** Whether a post can be published there. */
export function publishes(network: Network): network is PublishingNetwork {
  return publishingNetworks.some((candidate) => candidate === network);
}

/** As the networks spell themselves. */
export const networkNames: Readonly<Record<Network, string>> = {
  facebook: 'Facebook',
  instagram: 'Instagram',
  whatsapp: 'WhatsApp',
  linkedin: 'LinkedIn',
  x: 'X',
  telegram: 'Telegram',
  youtube: 'YouTube',
  google_business: 'Google Business Profile',
  google_play: 'Google Play',
  app_store: 'App Store',
  gmail: 'Gmail',
  microsoft_mail: 'Microsoft 365',
  tiktok: 'TikTok',
};
