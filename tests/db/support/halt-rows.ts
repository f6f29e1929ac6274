import type { HaltId, PostId, TenantId, UserId } from '../../../src/domain/ids.ts';

const now = new Date('2026-11-23T09:00:00Z');

/** A stop that has ended, with a post that was let go before: an open one would hold back every call of the tenant. */
export function haltRows(
  tenant_id: TenantId,
  { user, post, halt }: { readonly user: UserId; readonly post: PostId; readonly halt: HaltId },
) {
  return {
    tenant_halt: {
      tenant_id,
      id: halt,
      reason: 'Crisi',
      halted_by: user,
      halted_at: now,
      released_by: user,
      released_at: now,
    },
    tenant_halt_exemption: { tenant_id, halt_id: halt, post_id: post, released_by: user, released_at: now },
  };
}
