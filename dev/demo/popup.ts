import { answerConsentPage, type ConsentAnswer } from '../consent.ts';
import { Complaint } from '../complaint.ts';
import type { Answer, Person } from './api-client.ts';
import type { Connecting } from './cast.ts';
import { type Authorization, authorizationView, type Card, cardView } from './connection-views.ts';

/**
 * Sends Giulia through the window of a network and back. The page that ends it must tell the console what came of it
 * (`outcome`), and close.
 */
export async function throughPopup(
  { giulia, say }: Connecting,
  begun: Answer,
  consent: ConsentAnswer & Readonly<{ outcome: string }>,
): Promise<Authorization> {
  say.claim('a way to the network is opened', begun.status === 201, begun);
  const { id, authorizationUrl } = authorizationView.parse(begun.body);
  if (authorizationUrl === undefined) throw new Complaint('The API gives no address of a consent page.');
  say.tell(`  the window: ${authorizationUrl.split('?')[0]}`);
  const back = await answerConsentPage(authorizationUrl, consent);
  const ending = await fetch(back, { redirect: 'manual' });
  const page = await ending.text();
  const told = JSON.stringify({ type: 'connection-authorization', authorizationId: id, outcome: consent.outcome });
  say.claim(
    `she consents; our page tells the console “${consent.outcome}” on its BroadcastChannel and closes the window`,
    ending.status === 200 &&
      page.includes(`new BroadcastChannel('chorally-connections').postMessage(${told})`) &&
      page.includes('window.close()'),
    { status: ending.status, page },
  );
  const shown = await giulia.get(`/v1/connections/authorizations/${id}`);
  const authorization = authorizationView.parse(shown.body);
  say.claim('as the API says too', authorization.state === consent.outcome, shown);
  return authorization;
}

/** Connects one of the pages that the grant reaches, and returns its card. */
export async function choosePage({ giulia, say }: Connecting, { id, pages }: Authorization): Promise<Card> {
  const page = pages.find(({ refusal }) => refusal === null);
  say.claim(`the grant reaches “${page?.name}”`, page !== undefined, pages);
  const externalIds = page === undefined ? [] : [page.externalId];
  const chosen = await giulia.post(`/v1/connections/authorizations/${id}/selection`, { body: { externalIds } });
  say.claim('she chooses it', chosen.status === 200, chosen);
  const settled = authorizationView.parse(chosen.body);
  const connectionId = settled.pages.find(({ externalId }) => externalId === page?.externalId)?.connectionId ?? null;
  if (connectionId === null) throw new Complaint('The page that was chosen has no connection.');
  return cardOf(giulia, connectionId);
}

/** The card of a connection as it is now. */
export async function cardOf(person: Person, connectionId: string): Promise<Card> {
  return cardView.parse((await person.get(`/v1/connections/${connectionId}`)).body);
}
