/** One safety, how to take it away, and the tests that must notice. */
export type Mutant = Readonly<{
  name: string;
  /** What no longer holds once the mutation is in. */
  removes: string;
  file: string;
  /** Must occur exactly once in the file. */
  find: string;
  replace: string;
  tests: readonly string[];
  /** Part of the names of the tests that are run; without it, all tests of the files. */
  only?: string;
  /** It changes the database's schema: the tests need a database made by it. */
  schema?: true;
}>;

export const mutants: readonly Mutant[] = [
  {
    name: 'row-level-security',
    removes: 'the policy that shows a tenant only its own rows',
    file: 'src/db/migrations/tenant-table.ts',
    find: 'create policy tenant on ${table} using (${column} = ${currentTenant});',
    replace: 'create policy tenant on ${table} using (true);',
    tests: ['tests/db/row-level-security.test.ts'],
    schema: true,
  },
  {
    name: 'forced-security',
    removes: 'the policy’s hold on the tables’ owner',
    file: 'src/db/migrations/tenant-table.ts',
    find: 'alter table ${table} force row level security;',
    replace: '',
    tests: ['tests/db/row-level-security.test.ts'],
    schema: true,
  },
  {
    name: 'local-tenant',
    removes: 'the end of the tenant setting with its transaction',
    file: 'src/db/tenant.ts',
    find: "'${tenantId}', true)`",
    replace: "'${tenantId}', false)`",
    tests: ['tests/db/row-level-security.test.ts'],
    only: 'leaks nothing',
  },
  {
    name: 'composite-key',
    removes: 'the reference that keeps a connection’s policy inside its tenant',
    file: 'src/db/migrations/2026_11_22_02_policy_and_connection.ts',
    find: 'foreign key (tenant_id, approval_policy_id) references approval_policy (tenant_id, id),\n      foreign key (tenant_id, connected_by)',
    replace: 'foreign key (tenant_id, connected_by)',
    tests: ['tests/db/row-level-security.test.ts'],
    only: 'references',
    schema: true,
  },
  {
    name: 'content-hash',
    removes: 'the bond between a vote and the content that was read',
    file: 'src/domain/approval.ts',
    find: "  if (vote.contentHash !== approval.contentHash) return { code: 'stale_content' };\n",
    replace: '',
    tests: ['tests/workflow/approval.test.ts'],
    only: 'a vote on other content',
  },
  {
    name: 'self-approval',
    removes: 'the refusal of a vote on one’s own content',
    file: 'src/domain/approval.ts',
    find: "  if (approval.authors.includes(vote.by)) return { code: 'own_content' };\n",
    replace: '',
    tests: ['tests/unit/domain/approval.test.ts'],
  },
  {
    name: 'single-attempt',
    removes: 'the limit of one attempt of the irreversible call',
    file: 'src/workflows/activity-options.ts',
    find: 'retry: { maximumAttempts: 1 },',
    replace: 'retry: { maximumAttempts: 5 },',
    tests: ['tests/workflow/single-attempt.test.ts'],
  },
  {
    name: 'attempt-row',
    removes: 'the condition that only an armed attempt may call',
    file: 'src/db/publish-attempt.ts',
    find: "where tenant_id = ${tenantId} and state = 'armed'\n",
    replace: 'where tenant_id = ${tenantId}\n',
    tests: ['tests/db/publish-attempt.test.ts'],
  },
  {
    name: 'live-attempt',
    removes: 'the rule of one live attempt per target',
    file: 'src/db/migrations/2026_11_22_04_post.ts',
    find: 'create unique index publish_attempt_live',
    replace: 'create index publish_attempt_live',
    tests: ['tests/db/publish-attempt.test.ts'],
    schema: true,
  },
  {
    name: 'vote-validator',
    removes: 'the validator that refuses a vote before it enters the history',
    file: 'src/workflows/approval/workflow.ts',
    find: 'validator: (vote: CastVote) => refuse(state, vote),',
    replace: 'validator: (_vote: CastVote) => undefined,',
    tests: ['tests/workflow/refused-updates.test.ts'],
  },
  {
    name: 'slot-validator',
    removes: 'the refusal of a slot in the past',
    file: 'src/workflows/post/commands.ts',
    find: "  if (slot <= Date.now()) throw refused<PostRefusal>({ code: 'slot_in_past' });\n",
    replace: '',
    tests: ['tests/workflow/post.test.ts'],
    only: 'a slot in the past',
  },
  {
    name: 'row-lock',
    removes: 'the lock on the post while it is submitted',
    file: 'src/db/post.ts',
    find: ".forUpdate('post')",
    replace: '',
    tests: ['tests/api/posts-submit.test.ts'],
    only: 'twice at the same time',
  },
  {
    name: 'outbox-lock',
    removes: 'the lock that gives a message to one relay',
    file: 'src/db/outbox.ts',
    find: '      for update skip locked\n',
    replace: '',
    tests: ['tests/db/outbox.test.ts'],
  },
  {
    name: 'signature',
    removes: 'the check of a media address’s signature',
    file: 'src/platform/signed-url.ts',
    find: 'given.length === expected.length && timingSafeEqual(given, expected)',
    replace: 'given.length === expected.length',
    tests: ['tests/unit/signed-url.test.ts'],
  },
  {
    name: 'post-claim',
    removes: 'the unique key of a post on a network',
    file: 'src/db/migrations/2026_11_22_04_post.ts',
    find: 'create unique index post_target_claim',
    replace: 'create index post_target_claim',
    tests: ['tests/db/unique-keys.test.ts'],
    schema: true,
  },
  {
    name: 'idempotency-key',
    removes: 'the claim of an idempotency key by one request',
    file: 'src/db/idempotency.ts',
    find: 'where held.created_at <= ${new Date(now.getTime() - keptMs)}',
    replace: 'where true or held.created_at <= ${new Date(now.getTime() - keptMs)}',
    tests: ['tests/api/idempotency.test.ts'],
  },
  {
    name: 'commit-order',
    removes: 'the wait of events behind older transactions that are still open',
    file: 'src/db/event-log.ts',
    find: 'rows.filter(({ xid }) => xid < oldestOpen)',
    replace: 'rows.filter(() => oldestOpen > 0n)',
    tests: ['tests/db/event-log.test.ts', 'tests/api/events-order.test.ts'],
  },
  {
    name: 'event-visibility',
    removes: 'the permission that an event needs to be shown',
    file: 'src/domain/event-visibility.ts',
    find: 'return permissions.has(seenWith[kind]);',
    replace: 'return kind in seenWith || permissions.size === 0;',
    tests: ['tests/unit/domain/event-visibility.test.ts', 'tests/api/events-endings.test.ts'],
  },
];
