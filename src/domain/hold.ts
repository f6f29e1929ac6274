import type { ConnectionId, Instant } from './ids.ts';
import type { GrantProblem, TargetReason } from './publication.ts';

/**
 * Why a target must wait although its post may go out: the whole tenant is stopped, a person has suspended its
 * connection, or the network no longer honours the connection's grant. Several may hold at once.
 */
export type Hold =
  | { readonly kind: 'halt' }
  | { readonly kind: 'suspension'; readonly connectionId: ConnectionId }
  | { readonly kind: 'grant'; readonly connectionId: ConnectionId; readonly problem: GrantProblem };

/** What becomes of a target whose slot has passed while it was held: it goes out, a person decides, or it is dropped. */
export const passedSlotPolicies = ['now', 'ask', 'drop'] as const;
export type PassedSlot = (typeof passedSlotPolicies)[number];

/** Up to this late, what a repaired connection had parked still counts as on time and goes out by itself. */
const repairGraceMs = 60 * 60_000;

/** Two holds with the same name are the same: one release ends them. */
export function holdName(hold: Hold): string {
  return hold.kind === 'halt' ? 'halt' : `${hold.kind}/${hold.connectionId}`;
}

/** Whether a target of this connection has to wait for it. */
export function holds(hold: Hold, connectionId: ConnectionId): boolean {
  return hold.kind === 'halt' || hold.connectionId === connectionId;
}

/** What the API shows of a target that waits for this. */
export function holdReason(hold: Hold): TargetReason['code'] {
  switch (hold.kind) {
    case 'halt':
      return 'halted';
    case 'suspension':
      return 'suspended';
    case 'grant':
      return hold.problem === 'gone' ? 'grant_gone' : 'permission_lost';
  }
}

/** What becomes of a target at its release: a slot that still lies ahead is simply waited for. */
export function afterRelease(
  { kind }: Hold,
  { slot, now, passed }: { slot: Instant; now: Instant; passed: PassedSlot },
): PassedSlot {
  if (slot > now) return 'now';
  if (kind === 'grant' && passed === 'ask' && now - slot <= repairGraceMs) return 'now';
  return passed;
}
