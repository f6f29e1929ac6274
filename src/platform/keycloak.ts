/** What a valid access token says. */
export interface VerifiedToken {
  readonly subject: string;
  /** The organizations that the holder belongs to, in the order of the claim. */
  readonly tenants: readonly { readonly slug: string; readonly id: string }[];
  readonly realmRoles: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Why a token is not believed. `message` is one sentence without anything from the token. */
export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';
}

/** The keys of the realm cannot be had, so nothing can be said of any token. */
export class IdentityProviderUnreachable extends Error {
  override readonly name = 'IdentityProviderUnreachable';
}

export interface TokenVerifier {
  /** Throws TokenRejected or IdentityProviderUnreachable. */
  verify(token: string): Promise<VerifiedToken>;
}
