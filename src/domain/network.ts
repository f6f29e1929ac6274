/** The networks that a post can be published on today. */
export const networks = ['facebook', 'instagram', 'linkedin'] as const;

export type Network = (typeof networks)[number];

/** As the networks spell themselves. */
export const networkNames: Readonly<Record<Network, string>> = {
  facebook: 'Facebook',
  instagram: 'Instagram',
  linkedin: 'LinkedIn',
};
