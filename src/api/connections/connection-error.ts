import type { ConnectionError } from '../../domain/connection.ts';
import type { ProviderWords } from './probe.ts';

/** What a network has just said of a connection, as it is kept with it. */
export function errorOf(
  code: ConnectionError['code'],
  { providerStatus, providerCode, providerMessage }: ProviderWords,
  now: Date,
): ConnectionError {
  return { code, providerStatus, providerCode, providerMessage, at: now.toISOString() };
}
