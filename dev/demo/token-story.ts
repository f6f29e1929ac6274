import type { ConnectionCast } from './cast.ts';
import type { Card } from './connection-views.ts';
import { awaitMail } from './mail.ts';
import { type NetworkSide, toldByX } from './network-control.ts';
import { observe } from './observe.ts';
import { cardOf, throughPopup } from './popup.ts';

const slicesWithinMs = 60_000;
const webhookWithinMs = 20_000;
const mailWithinMs = 30_000;

const instantOf = ({ tokenExpiresAt }: Card) => (tokenExpiresAt === null ? 0 : Date.parse(tokenExpiresAt));

/** The slices renew the short-lived token; nobody asks them to. */
export async function renewByItself(
  { giulia, say }: ConnectionCast,
  { x, card, since }: { x: NetworkSide; card: Card; since: number },
): Promise<Card> {
  const expiresAt = instantOf(card);
  say.tell(`  its card says that the token lapses at ${card.tokenExpiresAt}; nobody does anything …`);
  const read = () => cardOf(giulia, card.id);
  const renewed = await observe(read, (seen) => instantOf(seen) > expiresAt, slicesWithinMs);
  say.claim(`a newer token lapses at ${renewed.tokenExpiresAt}`, instantOf(renewed) > expiresAt, renewed);
  // The first call exchanged the code.
  const calls = await x.answered('x.oauth.token', since);
  say.claim(`X’s own log has the code’s exchange and ${calls - 1} renewal`, calls === 2, calls);
  const lapsed = await observe(
    async () => Date.now(),
    (now) => now > expiresAt,
    slicesWithinMs,
  );
  const later = await read();
  const alive = lapsed > expiresAt && later.state === 'connected' && later.badge === 'connected';
  say.claim('the first token has lapsed, and the card is as green as before', alive, later);
  return later;
}

/** The person ends the grant in X's own settings; X tells us; Giulia consents once more. */
export async function revokeAndRepair(
  cast: ConnectionCast,
  { x, card, personId }: { x: NetworkSide; card: Card; personId: string },
): Promise<void> {
  await revoke(cast, { x, card, personId });
  await repair(cast, { card, personId });
}

async function revoke(
  { environment, giulia, address, say }: ConnectionCast,
  { x, card, personId }: { x: NetworkSide; card: Card; personId: string },
): Promise<void> {
  const told = await observe(
    () => toldByX(environment),
    (events) => events.includes('oauth.revoke'),
    slicesWithinMs,
  );
  say.claim('X has promised to tell us when somebody takes a grant back', told.includes('oauth.revoke'), told);
  const since = Date.now();
  const grants = await x.takeGrantsBack(personId);
  say.claim('the person takes it back, in X’s settings', grants > 0, grants);
  const red = await observe(
    () => cardOf(giulia, card.id),
    ({ state }) => state !== 'connected',
    webhookWithinMs,
  );
  say.claim('the card is red', red.state === 'expired' && red.badge === 'disconnected', red);
  say.claim(`and says what helps: “${red.remedy}”`, red.remedy !== null, red);
  await awaitMail(environment, { to: address, words: 'non è più connessa', since, withinMs: mailWithinMs }, say);
}

async function repair(cast: ConnectionCast, { card, personId }: { card: Card; personId: string }): Promise<void> {
  const { environment, giulia, address, say } = cast;
  const since = Date.now();
  const begun = await giulia.post(`/v1/connections/${card.id}/refresh`, { body: {} });
  await throughPopup(cast, begun, { person: personId, outcome: 'connected' });
  const green = await cardOf(giulia, card.id);
  const well = green.state === 'connected' && green.badge === 'connected' && green.remedy === null;
  say.claim('the same connection is green again', well, green);
  await awaitMail(environment, { to: address, words: 'funziona di nuovo', since, withinMs: mailWithinMs }, say);
}
