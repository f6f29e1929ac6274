import { defineSearchAttributeKey } from '@temporalio/common';

/** What operators filter runs by in the Temporal UI. Registered by `temporal/`; ids, states and instants only. */
export const searchAttributes = {
  tenantId: defineSearchAttributeKey('TenantId', 'KEYWORD'),
  subject: defineSearchAttributeKey('Subject', 'KEYWORD'),
  connectionId: defineSearchAttributeKey('ConnectionId', 'KEYWORD'),
  phase: defineSearchAttributeKey('Phase', 'KEYWORD'),
  dueAt: defineSearchAttributeKey('DueAt', 'DATETIME'),
};
