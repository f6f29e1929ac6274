/** What the product needs of a Temporal namespace, wherever it runs. */
export const searchAttributes = {
  TenantId: 'KEYWORD',
  Subject: 'KEYWORD',
  Phase: 'KEYWORD',
  ConnectionId: 'KEYWORD',
  DueAt: 'DATETIME',
} as const;

/** No timeline depends on it: people who are not operators read Postgres. */
export const retentionDays = 30;

/** Settings of the development server. */
export const devServerDynamicConfig = {
  // Lets tests jump over weeks of waiting.
  'frontend.WorkflowTimeSkippingEnabled': true,
  // A search attribute can be used as soon as it is registered.
  'system.forceSearchAttributesCacheRefreshOnRead': true,
} as const;

/** The server's own database: write-ahead logging, flushed at checkpoints. */
export const devServerPragmas = { journal_mode: 'WAL', synchronous: '1' } as const;
