import { createPublicKey } from 'node:crypto';
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { World } from '../kernel/world.ts';
import { oauthError } from './errors.ts';
import { everyScope } from './scopes.ts';
import { serviceAccount } from './seeds.ts';
import { publicKeyOf } from './service-account-key.ts';

/** What a service account asks for, once the signature of its assertion has been checked (RFC 7523). */
export async function verifiedAssertion(
  world: World,
  assertion: string,
): Promise<{ readonly personId: string; readonly clientId: string; readonly scopes: readonly string[] }> {
  const { clientId, clientEmail, keyId } = serviceAccount;
  const claims = claimsOf(assertion);
  if (claims.iss !== clientEmail) throw oauthError(400, 'invalid_grant', 'Invalid grant: account not found');
  await verifySignature(world, assertion, keyId);
  // However new the assertion: the key is that of the seed. One that was deleted verifies nothing any more.
  const trouble = world.tokens.trouble({ id: clientId, issuedAt: 0, expiresAt: null });
  if (trouble === 'revoked' || trouble === 'password_changed') throw signatureRefused();
  verifyLife(claims);
  const audiences = ['https://oauth2.googleapis.com/token', `${world.publicUrl()}/token`];
  if (typeof claims.aud !== 'string' || !audiences.includes(claims.aud)) {
    const words = 'Invalid JWT: Failed audience check. The right audience is https://oauth2.googleapis.com/token';
    throw oauthError(400, 'invalid_grant', words);
  }
  const scopes = typeof claims['scope'] === 'string' ? claims['scope'].split(' ').filter((scope) => scope !== '') : [];
  if (scopes.length === 0 || scopes.some((scope) => !everyScope.includes(scope))) {
    throw oauthError(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  }
  return { personId: clientId, clientId: clientEmail, scopes };
}

function claimsOf(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch (error) {
    if (error instanceof errors.JOSEError) throw oauthError(400, 'invalid_grant', 'Invalid JWT Signature.');
    throw error;
  }
}

async function verifySignature(world: World, assertion: string, keyId: string): Promise<void> {
  try {
    const key = createPublicKey(publicKeyOf(world));
    // Times are judged below, in Google's words: here every one will do.
    const { protectedHeader } = await jwtVerify(assertion, key, {
      algorithms: ['RS256'],
      currentDate: new Date((claimsOf(assertion).iat ?? 0) * 1_000),
    });
    if (protectedHeader.kid !== undefined && protectedHeader.kid !== keyId) throw signatureRefused();
  } catch (error) {
    if (error instanceof errors.JOSEError) throw signatureRefused();
    throw error;
  }
}

const signatureRefused = () => oauthError(400, 'invalid_grant', 'Invalid JWT Signature.');

const longestLifeS = 3_600;
const clockSkewS = 300;

function verifyLife({ iat, exp }: JWTPayload): void {
  const nowS = Date.now() / 1_000;
  if (iat !== undefined && exp !== undefined && exp - iat <= longestLifeS && exp > nowS && iat <= nowS + clockSkewS)
    return;
  const words =
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp ' +
    'values in the JWT claim.';
  throw oauthError(400, 'invalid_grant', words);
}
