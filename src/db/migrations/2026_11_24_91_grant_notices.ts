import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** Networks speak of business accounts and persons where we know connections and tenants. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    grant select (details) on connection to chorally_search;

    create function detail_connections(of_network text, detail text, of_value text)
      returns table (tenant_id uuid, connection_id uuid)
      language sql stable security definer set search_path = pg_catalog, public as $$
        select connection.tenant_id, connection.id from connection
        where connection.network = of_network and connection.details ->> detail = of_value
          and connection.state <> 'disconnected'
      $$;
    create function person_profiles(of_family text, of_external_id text)
      returns table (tenant_id uuid, admin_profile_id uuid)
      language sql stable security definer set search_path = pg_catalog, public as $$
        select profile.tenant_id, profile.id from admin_profile profile
        where profile.family = of_family and profile.external_id = of_external_id
      $$;
    `,
  );
  for (const signature of signatures) {
    await run(
      db,
      `revoke all on function ${signature} from public;
       grant execute on function ${signature} to chorally_app;
       grant create on schema public to chorally_search;
       alter function ${signature} owner to chorally_search;
       revoke create on schema public from chorally_search;`,
    );
  }
}

const signatures = ['detail_connections(text, text, text)', 'person_profiles(text, text)'] as const;

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop function ${signatures.join(', ')}; revoke select (details) on connection from chorally_search;`);
}
