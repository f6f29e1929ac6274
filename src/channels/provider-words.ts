import { type ProviderWords, wordless } from '../domain/connection-health.ts';
import type { ChannelError } from './channel.ts';

/** What a network said when it refused, for people. */
export function wordsOf({ provider }: Pick<ChannelError, 'provider'>): ProviderWords {
  if (provider === null) return wordless;
  return { providerStatus: provider.status, providerCode: provider.code, providerMessage: provider.message };
}
