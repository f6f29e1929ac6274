import type { ConnectionCast } from './cast.ts';
import { type Card, cardView, impactView } from './connection-views.ts';
import { networkSide } from './network-control.ts';
import { observe } from './observe.ts';
import { cardOf } from './popup.ts';
import { postView } from './views.ts';

const revocationWithinMs = 60_000;

/** A post that is under way shows what a disconnect of its page would park; the page stays connected. */
export async function impactOf({ giulia, elena, facebook, say }: ConnectionCast): Promise<void> {
  const text = `Aperture delle feste (${new Date().toISOString()})`;
  const saved = await elena.post('/v1/posts', { body: { text, targets: [{ connectionId: facebook.id }] } });
  const { id } = postView.parse(saved.body);
  const submitted = await elena.post(`/v1/posts/${id}/submit`);
  say.claim('Elena submits another post, for the page on Facebook', submitted.status === 200, submitted);
  const answer = await giulia.get(`/v1/connections/${facebook.id}/impact`);
  const { items, counts } = impactView.parse(answer.body);
  const held = Object.entries(counts.posts).map(([status, count]) => `${count} ${status}`);
  say.claim(
    `to disconnect “${facebook.name}” would park it: ${held.join(', ')}; Giulia leaves that page alone`,
    items.some(({ postId }) => postId === id),
    answer,
  );
  const cancelled = await elena.post(`/v1/posts/${id}/cancel`);
  say.claim('Elena takes the post back', cancelled.status === 200, cancelled);
}

/** Disconnects what the story has connected, so that it can be told again. */
export async function disconnectBoth(
  { environment, giulia, say }: ConnectionCast,
  { cards, since }: { cards: readonly Card[]; since: number },
): Promise<void> {
  for (const card of cards) {
    const impact = impactView.parse((await giulia.get(`/v1/connections/${card.id}/impact`)).body);
    const answer = await giulia.post(`/v1/connections/${card.id}/disconnect`);
    const ended = answer.status === 200 ? cardView.parse(answer.body).state : null;
    say.claim(
      `nothing waits for “${card.name}” on ${card.network}, and Giulia disconnects it`,
      impact.items.length === 0 && ended === 'disconnected',
      { impact, answer },
    );
  }
  for (const card of cards) {
    const gone = await observe(
      () => cardOf(giulia, card.id),
      ({ revocation }) => revocation === 'done',
      revocationWithinMs,
    );
    say.claim(`the grant is given back to ${card.network}`, gone.revocation === 'done', gone);
  }
  const [onX, atGoogle] = await Promise.all([
    networkSide(environment, 'x').answered('x.oauth.revoke', since),
    networkSide(environment, 'google').answered('google.oauth.revoke', since),
  ]);
  say.claim('as the networks’ own logs say', onX > 0 && atGoogle > 0, { onX, atGoogle });
}
