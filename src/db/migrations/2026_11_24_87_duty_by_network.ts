import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** Duties name their network, so that a slow one never keeps those of another waiting; every connection has its duties. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- Even the owner sees no tenant's rows; inside this transaction it lifts that for itself.
    alter table connection no force row level security;
    alter table connection_secret no force row level security;
    alter table connection_duty no force row level security;

    alter table connection_duty add column network text;
    update connection_duty duty set network = connection.network from connection
      where connection.tenant_id = duty.tenant_id and connection.id = duty.connection_id;
    alter table connection_duty alter column network set not null;
    drop index connection_duty_due;
    create index connection_duty_due on connection_duty (kind, network, due_at, connection_id);

    -- Connections from before there were duties: looked at within the hour, renewed at the end of their token's life.
    insert into connection_duty (tenant_id, connection_id, kind, network, due_at)
      select tenant_id, id, 'probe', network, now() + random() * interval '1 hour' from connection
      where state in ('connected', 'degraded', 'refresh_required')
      on conflict do nothing;
    insert into connection_duty (tenant_id, connection_id, kind, network, due_at)
      select connection.tenant_id, id, 'refresh', network,
             greatest(now(), now() + (expires_at - now()) * (0.75 + 0.1 * random()))
      from connection join connection_secret secret
        on secret.tenant_id = connection.tenant_id and secret.connection_id = connection.id
      where state in ('connected', 'degraded', 'refresh_required')
        and secret.refresh_token is not null and secret.expires_at is not null
      on conflict do nothing;

    alter table connection force row level security;
    alter table connection_secret force row level security;
    alter table connection_duty force row level security;
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop index connection_duty_due;
     alter table connection_duty drop column network;
     create index connection_duty_due on connection_duty (kind, due_at, connection_id);`,
  );
}
