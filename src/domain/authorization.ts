import type { PageRefusalCode } from './grant.ts';
import type { ConnectionId } from './ids.ts';

/** Why a person is sent to a network: for a new page, for the same page again, for the same page by somebody else. */
export const authorizationPurposes = ['connect', 'refresh', 'transfer'] as const;
export type AuthorizationPurpose = (typeof authorizationPurposes)[number];

/**
 * Where an authorization stands: the person is at the network; they are back and choose pages; pages are connected; it
 * came to nothing; its time ran out. The first two are the product's first states of a connection.
 */
export const authorizationStates = ['connecting', 'selecting_page', 'connected', 'failed', 'expired'] as const;
export type AuthorizationState = (typeof authorizationStates)[number];

/** For how long a person may stay at the network, and then take to choose. */
export const consentTimeMs = 10 * 60_000;
export const choiceTimeMs = 15 * 60_000;

/** As many windows as one person can have open at networks; those that were closed count until their time is up. */
export const maxOpenAuthorizations = 20;

/** A page that a grant reaches, as it is shown for a choice. Tokens are kept elsewhere, sealed. */
export interface AuthorizationPage {
  readonly externalId: string;
  readonly name: string;
  readonly pictureUrl: string | null;
  readonly details: Readonly<Record<string, string>>;
  /** Why it cannot be chosen; `null` if it can. */
  readonly refusal: PageRefusalCode | null;
  /** The connection of this tenant that it already is, whatever its state. */
  readonly connectionId: ConnectionId | null;
}

/** Why an authorization came to nothing; sentences are made late. */
export interface AuthorizationFailure {
  readonly code:
    /** The person said no. */
    | 'denied'
    /** The network refused our request or the code, or is not configured. */
    | 'refused'
    /** The network is in trouble. */
    | 'network_trouble'
    /** The grant reaches nothing that can be connected; why stands with the pages. */
    | 'nothing_to_connect'
    /** The page that was to come back did not. */
    | 'other_page'
    /** A transfer came back from the same person. */
    | 'same_profile'
    /** An earlier grant of the same person is still being taken back, and would take this one along. */
    | 'revocation_pending'
    /** The connection that was to be renewed was ended meanwhile. */
    | 'ended';
  readonly providerStatus: number | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
  /** Of `other_page`: what was expected and what came. */
  readonly expected: string | null;
  readonly found: readonly string[];
}

/** Whether the page that was to come back is among those that did. */
export function matchPage<Page extends { readonly externalId: string; readonly name: string }>(
  expected: { readonly externalId: string; readonly name: string },
  pages: readonly Page[],
):
  | { readonly kind: 'same'; readonly page: Page }
  | { readonly kind: 'other'; readonly expected: string; readonly found: readonly string[] } {
  const page = pages.find(({ externalId }) => externalId === expected.externalId);
  if (page !== undefined) return { kind: 'same', page };
  return { kind: 'other', expected: expected.name, found: pages.map(({ name }) => name) };
}
