import type { AskLimits } from '../api/messages/count-reach.ts';
import { ChannelError } from '../channels/channel.ts';
import type { ReadLimits } from '../channels/whatsapp/limits.ts';

const timeoutMs = 10_000;

/** Lets the API ask what WhatsApp allows a number. */
export function askLimitsWith(readLimits: ReadLimits): AskLimits {
  return async (page) => {
    try {
      return await readLimits(page, { signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      if (error instanceof ChannelError) return null;
      throw error;
    }
  };
}
