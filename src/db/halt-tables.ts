import type { HaltId, PostId, TenantId, UserId } from '../domain/ids.ts';

/** The tables of stops. */
export interface HaltTables {
  tenant_halt: {
    tenant_id: TenantId;
    id: HaltId;
    reason: string;
    halted_by: UserId;
    halted_at: Date;
    released_by: UserId | null;
    released_at: Date | null;
  };
  tenant_halt_exemption: {
    tenant_id: TenantId;
    halt_id: HaltId;
    post_id: PostId;
    released_by: UserId;
    released_at: Date;
  };
}
