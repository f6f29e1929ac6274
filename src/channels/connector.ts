import type { GrantKind, PageRefusalCode } from '../domain/grant.ts';
import type { Network } from '../domain/network.ts';
import type { CallOptions } from './channel.ts';

/**
 * What every network must be able to do so that a company can connect it, by one of its official ways. A connector is
 * stateless: it is given what the company granted, speaks the network's HTTP API through `http.ts`, and classifies
 * every answer. It never touches our database.
 *
 * All methods throw `ChannelError` and nothing else when the network refuses, cannot be reached or answers nonsense.
 */
export type Connector = ConsentConnector | CredentialConnector;

interface CommonConnector {
  readonly network: Network;
  readonly kind: GrantKind;

  /** Who gave the grant: a person, a bot, a key. */
  adminProfile(grant: Grant, call?: CallOptions): Promise<AdminProfile>;
  /**
   * What a grant reaches: pages, accounts, numbers, locations, channels, mailboxes, apps. What it reaches and we do not
   * connect is listed too, with the reason. `named` are the ids that a person typed, where the network lists nothing.
   */
  listPages(grant: Grant, named: readonly string[], call?: CallOptions): Promise<readonly GrantedPage[]>;
  /** Reads the page itself: succeeds only if the token still acts for it. */
  probe(page: HeldPage, call?: CallOptions): Promise<PageProfile>;
  /** Which permissions the token has now; `null` where the network does not tell. */
  grantedScopes(page: HeldPage, call?: CallOptions): Promise<readonly string[] | null>;

  /**
   * A new access token. `null` where nothing can be renewed: what has lapsed needs a person. A refresh token may be good
   * for one use only, so the caller makes sure that nobody else is spending it; a request is never repeated.
   */
  readonly refresh: ((held: HeldGrant, call?: CallOptions) => Promise<Grant>) | null;
  /** Takes the whole grant back at the network. `null` where it does not offer that. Taking back what is gone is success. */
  readonly revoke: ((held: HeldGrant, call?: CallOptions) => Promise<void>) | null;
  /**
   * Asks the network to tell us when the grant or the page changes; repeating it renews. `null` where it tells of its
   * own accord, or never.
   */
  readonly watch: ((page: HeldPage, wish: WatchWish, call?: CallOptions) => Promise<Watch>) | null;
}

export interface ConsentConnector extends CommonConnector {
  readonly way: 'consent';
  /** Whether the network takes a code challenge (RFC 7636, S256). */
  readonly pkce: boolean;
  /** The URL of the network's consent page. */
  authorizationUrl(request: AuthorizationRequest): string;
  /** Exchanges the code that the consent page returned. A code can be used once. */
  exchangeCode(request: CodeExchange, call?: CallOptions): Promise<Grant>;
}

export interface CredentialConnector extends CommonConnector {
  readonly way: 'credentials';
  /** Makes a grant out of what a person typed or uploaded, after the network has accepted it. */
  admit(credentials: Credentials, call?: CallOptions): Promise<Grant>;
}

/** Keys that a person hands over, by kind of grant. */
export type Credentials =
  | { readonly kind: 'bot_token'; readonly botToken: string }
  | { readonly kind: 'api_key'; readonly issuerId: string; readonly keyId: string; readonly privateKey: string }
  | { readonly kind: 'service_account'; readonly keyFile: string };

export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  /** base64url of the verifier's sha256; `null` where the network takes none. */
  readonly codeChallenge: string | null;
}

export interface CodeExchange {
  readonly redirectUri: string;
  readonly code: string;
  readonly codeVerifier: string | null;
}

export interface Grant {
  /** Whatever acts for the grant: a token, or a key from which tokens are made for each call. Opaque outside. */
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** Epoch milliseconds; `null` where it does not expire or the network does not say. */
  readonly expiresAt: number | null;
  /** Epoch milliseconds after which a person must consent again, whatever is refreshed; `null`: unknown or never. */
  readonly consentExpiresAt: number | null;
  /** What was really given; `null` where the network does not tell. */
  readonly scopes: readonly string[] | null;
}

export interface AdminProfile {
  /** The network's own id. */
  readonly externalId: string;
  readonly name: string;
  readonly pictureUrl: string | null;
}

export interface GrantedPage {
  /** The network's own id, never used again for another page. */
  readonly externalId: string;
  readonly name: string;
  readonly pictureUrl: string | null;
  /** The token that acts for this page alone, as long as the consent lasts; `null`: the grant's own does. */
  readonly accessToken: string | null;
  /** What later calls need besides the id: a WhatsApp number's business account, a location's account. */
  readonly details: PageDetails;
  /** Why it cannot be connected; `null` if it can. */
  readonly refusal: PageRefusalCode | null;
}

export type PageDetails = Readonly<Record<string, string>>;

/** The page to act for and the token that may. */
export interface HeldPage {
  readonly externalId: string;
  readonly accessToken: string;
  readonly details: PageDetails;
}

/** A page with all that was kept of its grant. */
export interface HeldGrant extends HeldPage {
  readonly refreshToken: string | null;
  readonly scopes: readonly string[] | null;
}

export interface PageProfile {
  readonly name: string;
  readonly pictureUrl: string | null;
}

export interface WatchWish {
  readonly notificationUrl: string;
  /** What the network repeats to us, so that nobody else can speak for it. */
  readonly secret: string;
}

export interface Watch {
  /** The network's own id of the subscription. */
  readonly id: string;
  /** Epoch milliseconds; `null`: until it is taken back. */
  readonly expiresAt: number | null;
}
