export const archived = {
  policy_archived: {
    status: 409,
    title: 'Policy archived',
    description: 'The policy is out of use for good; create another.',
  },
} as const;

export const inUse = {
  policy_in_use: {
    status: 409,
    title: 'Policy in use',
    description:
      'The policy is the tenant’s default, or campaigns have to pass it, or connections name it: `isDefault`, `guardsCampaigns` and `connectionIds`. Choose another there first.',
    example: { isDefault: false, guardsCampaigns: false, connectionIds: ['0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77'] },
  },
} as const;
