import { ControlProblem } from '../control/route.ts';
import type { Revocation, Told } from '../kernel/revocation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { delivered } from './deliver.ts';
import { instagramPerson } from './instagram-people.ts';
import { tenantOfPerson } from './seeds.ts';
import { signedRequest } from './signing.ts';
import { removeApp } from './token-operations.ts';
import { businessOfSystemUser } from './whatsapp-seeds.ts';

/**
 * A person, an account with Instagram's own login or a business removes the app in its settings: the fixed tokens of the
 * seed end as well, and the app's callbacks come with a signed request.
 */
export async function tellOfRemoval(world: World, { personId, callbacks }: Revocation): Promise<readonly Told[]> {
  const instagram = instagramPerson(personId);
  if (instagram === null && tenantOfPerson(personId) === null && businessOfSystemUser(personId) === null) {
    throw new ControlProblem(404, 'Nobody of the seed has this id.');
  }
  removeApp(world, personId);
  const { clientSecret } = instagram === null ? seedApp.meta : seedApp.instagram;
  const told: Told[] = [];
  for (const url of [callbacks.deauthorizeUrl, callbacks.dataDeletionUrl]) {
    if (url === undefined) continue;
    const payload = { algorithm: 'HMAC-SHA256', issued_at: Math.floor(Date.now() / 1000), user_id: personId };
    const body = new URLSearchParams({ signed_request: signedRequest(payload, clientSecret) });
    told.push({ url, ...(await delivered(url, { method: 'POST', body })) });
  }
  return told;
}
