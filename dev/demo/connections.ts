import { googlePeople } from '../../simulators/google/seeds.ts';
import { scope } from '../../simulators/google/scopes.ts';
import { xAccounts } from '../../simulators/x/seeds.ts';
import type { ConnectionCast } from './cast.ts';
import { disconnectBoth, impactOf } from './ending.ts';
import { type Card, profileList } from './connection-views.ts';
import { type NetworkSide, networkSide } from './network-control.ts';
import { choosePage, throughPopup } from './popup.ts';
import { renewByItself, revokeAndRepair } from './token-story.ts';

/** So long X's tokens live at first: long enough to be connected with, short enough to see one lapse. */
const shortLifeMs = 20_000;

const [account] = xAccounts;

/** Connects two networks, sees a token renewed and a grant taken back and given again, and disconnects both. */
export async function playConnections(cast: ConnectionCast): Promise<void> {
  const { environment, giulia, say } = cast;
  const x = networkSide(environment, 'x');
  const since = Date.now();
  const cards: Card[] = [];
  try {
    say.chapter('8. Giulia connects the company’s account on X and its channel on YouTube, each in its own window');
    const onX = await connectX(cast, x);
    cards.push(onX);
    cards.push(await connectYouTube(cast));
    await whoGranted(cast, cards);

    say.chapter(`9. X’s token lives for ${shortLifeMs / 1_000} seconds, and is renewed before it lapses`);
    const renewed = await renewByItself(cast, { x, card: onX, since });

    say.chapter('10. At X the person takes the grant back; Giulia hears of it, and mends it');
    await revokeAndRepair(cast, { x, card: renewed, personId: account.externalId });

    say.chapter('11. Before a page is disconnected everybody sees what that would hold up');
    await impactOf(cast);
    await disconnectBoth(cast, { cards, since });
  } finally {
    await x.letTokensLive(null);
    // What is disconnected already stays as it is.
    for (const { id } of cards) await giulia.post(`/v1/connections/${id}/disconnect`);
  }
}

/** X spends a refresh token with each use. Only the first token is short-lived: settings count for new ones. */
async function connectX(cast: ConnectionCast, x: NetworkSide): Promise<Card> {
  const { giulia, say } = cast;
  await x.letTokensLive(shortLifeMs);
  const begun = await giulia.post('/v1/connections/authorizations', { body: { network: 'x' } });
  const answer = { person: account.externalId, outcome: 'selecting_page' };
  const authorization = await throughPopup(cast, begun, answer);
  await x.letTokensLive(null);
  const card = await choosePage(cast, authorization);
  claimConnected(cast, card, account.name);
  say.claim('with every permission', card.missingScopes.length === 0 && card.remedy === null, card);
  return card;
}

async function connectYouTube(cast: ConnectionCast): Promise<Card> {
  const { giulia, say } = cast;
  const begun = await giulia.post('/v1/connections/authorizations', { body: { network: 'youtube' } });
  const { sub: person, name } = googlePeople.chiara;
  const answer = { person, without: [scope.youtubeAnalytics], outcome: 'selecting_page' };
  const authorization = await throughPopup(cast, begun, answer);
  const lost = authorization.lostFeatures.map(({ sentence }) => sentence).join(' ');
  say.claim(`${name} has unticked a permission; what will not work is named: ${lost}`, lost !== '', authorization);
  const card = await choosePage(cast, authorization);
  claimConnected(cast, card, name);
  say.claim(
    `without the permission that was not given, and nothing but ${card.lostFeatures.join(', ')} is lost`,
    card.missingScopes.length === 1 && card.lostFeatures.join() === 'insights',
    card,
  );
  return card;
}

function claimConnected({ say }: ConnectionCast, card: Card, grantedBy: string): void {
  say.claim(
    `the card of “${card.name}” on ${card.network} is green; granted by ${grantedBy}, ${card.scopes?.length} permissions`,
    card.badge === 'connected' && card.adminProfile?.name === grantedBy && (card.scopes?.length ?? 0) > 0,
    card,
  );
}

async function whoGranted({ giulia, say }: ConnectionCast, cards: readonly Card[]): Promise<void> {
  const { items } = profileList.parse((await giulia.get('/v1/admin-profiles?limit=100')).body);
  const grantedBy = (card: Card) =>
    items.find(({ pages }) => pages.some(({ connectionId }) => connectionId === card.id))?.name;
  const names = cards.map((card) => `${card.network}: ${grantedBy(card)}`);
  say.claim(
    `the list of who granted access has both (${names.join(', ')})`,
    cards.every((card) => grantedBy(card) === card.adminProfile?.name),
    items,
  );
}
