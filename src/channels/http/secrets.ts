/** The parameters that carry secrets, in a query, a form or a JSON body. */
const secretNames = new Set([
  'access_token',
  'appsecret_proof',
  'client_secret',
  'code',
  'fb_exchange_token',
  'input_token',
  'refresh_token',
  'revoke_token',
  'token',
]);

const longestQuote = 500;

/** The secrets of one request, so that a provider that echoes them does not bring them back to us. */
export function secretsOf(
  headers: Readonly<Record<string, string>>,
  ...parameters: readonly Readonly<Record<string, unknown>>[]
): readonly string[] {
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const fromHeader = authorization === undefined ? [] : [authorization.replace(/^\S+\s+/, '')];
  const fromParameters = parameters
    .flatMap((record) => Object.entries(record))
    .filter(([name]) => secretNames.has(name))
    .map(([, value]) => String(value));
  return [...fromHeader, ...fromParameters].filter((secret) => secret.length >= shortestSecret);
}

// Shorter strings would blank out ordinary words.
const shortestSecret = 6;

/** A provider's words for people: without the given secrets and without anything that looks like one, cut short. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce(
    (clean, secret) => clean.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…'),
    text,
  );
  return known
    .replace(/\b(access_token|appsecret_proof|client_secret|refresh_token|code)=[^&\s"']+/gi, '$1=…')
    .replace(/\b(Bearer|OAuth)\s+[\w.~+/=-]{8,}/gi, '$1 …')
    .replace(/\bEAA[A-Za-z0-9]{16,}/g, '…')
    .slice(0, longestQuote);
}
