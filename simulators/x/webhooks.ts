import { createHmac, randomBytes } from 'node:crypto';
import { nextNumericId } from '../kernel/ids.ts';
import type { Collection } from '../kernel/store.ts';
import type { Told } from '../kernel/revocation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { invalidRequest } from './errors.ts';

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly valid: boolean;
  readonly createdAt: number;
}

export const webhooks = ({ store }: World): Collection<Webhook> => store.collection('x-webhook');

/** X waits no longer than this for an app's answer. */
const answerWithinMs = 10_000;

/** Where X may send events to; refuses what X would refuse. Unlike X, it takes any address of this machine. */
export function deliverable(url: unknown): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) throw invalidRequest('UrlValidationFailed: the URL is not valid.');
  const local = ['localhost', '127.0.0.1'].includes(parsed.hostname);
  if (!local && (parsed.protocol !== 'https:' || parsed.port !== '')) {
    throw invalidRequest('UrlValidationFailed: the URL must use https and no port.');
  }
  return parsed.href;
}

/** Whether whoever answers at `url` knows the app's consumer secret (the challenge-response check). */
export async function passesCheck(url: string): Promise<boolean> {
  const token = randomBytes(16).toString('base64url');
  const asked = new URL(url);
  asked.searchParams.set('crc_token', token);
  try {
    const answer = await fetch(asked, { redirect: 'manual', signal: AbortSignal.timeout(answerWithinMs) });
    const body: unknown = await answer.json();
    const response = typeof body === 'object' && body !== null && 'response_token' in body ? body.response_token : null;
    return answer.status === 200 && response === signed(token);
  } catch {
    return false;
  }
}

/** Sends an event to a webhook, once; null if nobody answered. */
export async function deliver(webhook: Webhook, data: Readonly<Record<string, unknown>>): Promise<Told | null> {
  const body = JSON.stringify({ data: { event_uuid: nextNumericId(), ...data } });
  try {
    const answer = await fetch(webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-twitter-webhooks-signature': signed(body) },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return { url: webhook.url, status: answer.status, body: (await answer.text()).slice(0, 1_000) };
  } catch {
    return null;
  }
}

/** The app's signature of `text`, as it stands in X's header and in the answer to a check. */
export const signed = (text: string): string =>
  `sha256=${createHmac('sha256', seedApp.x.consumerSecret).update(text).digest('base64')}`;
