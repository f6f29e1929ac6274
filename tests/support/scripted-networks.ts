import { createHash, randomUUID } from 'node:crypto';
import type { Granted, GrantDesk, GrantOutcome, Way } from '../../src/api/connections/grant-desk.ts';
import type { GrantedPage } from '../../src/channels/connector.ts';

/** What a network was asked while a page was being connected. */
export interface Asked extends Way {
  readonly code?: string;
  readonly codeVerifier?: string | null;
  readonly redirectUri?: string;
  readonly named: readonly string[];
  readonly credentials?: unknown;
}

/** Networks that answer what a test says. As at the real ones, a code is good for the challenge that it was given for. */
export interface ScriptedNetworks {
  readonly desk: GrantDesk;
  readonly asked: Asked[];
  answer: (asked: Asked, signal: AbortSignal) => Promise<GrantOutcome>;
}

export function scriptedNetworks(): ScriptedNetworks {
  const scripted: ScriptedNetworks = {
    asked: [],
    answer: () => Promise.resolve(granted([page()])),
    desk: {
      offer: (network, kind) => {
        if (network === 'gmail') return null;
        const way =
          kind === 'bot_token' || kind === 'api_key' || kind === 'service_account' ? 'credentials' : 'consent';
        return {
          way,
          pkce: network === 'x',
          refreshes: network === 'x',
          watches: network === 'telegram',
          revocable: network === 'facebook',
          configured: network !== 'youtube',
        };
      },
      consentUrl: (way, { redirectUri, state, codeChallenge }) => {
        if (way.network === 'youtube') return null;
        const challenge = codeChallenge === null ? {} : { code_challenge: codeChallenge };
        return `https://network.test/?${new URLSearchParams({ redirect_uri: redirectUri, state, ...challenge })}`;
      },
      redeem: (way, request, signal) => ask({ ...way, ...request }, signal),
      admit: (way, request, signal) => ask({ ...way, ...request }, signal),
    },
  };
  const ask = async (asked: Asked, signal: AbortSignal): Promise<GrantOutcome> => {
    scripted.asked.push(asked);
    return scripted.answer(asked, signal);
  };
  return scripted;
}

/** What the network sends back for a verifier: the challenge that it must match. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** A page that no other test knows. */
export function page(more: Partial<GrantedPage> = {}): GrantedPage {
  const externalId = randomUUID();
  const name = `Pagina ${externalId.slice(0, 8)}`;
  return { externalId, name, pictureUrl: null, accessToken: null, details: {}, refusal: null, ...more };
}

/** A grant of these pages, by a person of a test's own unless it says by whom. */
export function granted(
  pages: readonly GrantedPage[],
  { person = randomUUID(), ...grant }: Partial<Granted['grant']> & { person?: string } = {},
): Granted {
  const full = { accessToken: 'a granted token', refreshToken: null, expiresAt: null, consentExpiresAt: null };
  return {
    kind: 'granted',
    grant: { ...full, scopes: null, ...grant },
    profile: { externalId: person, name: 'Chiara Ferri', pictureUrl: null },
    pages,
  };
}

/** What a network says no with. */
export const refusedWords = { providerStatus: 400, providerCode: '100', providerMessage: 'Code has been used' };
