import { ChannelError } from '../channels/channel.ts';
import type { PublicationJob } from './publication-job.ts';

/** A question that must not hold up what is due. */
const patienceMs = 5_000;

/**
 * Whether the page has used up the posts that its network lets it publish. Where that cannot be read it counts as not:
 * the network says so itself when it is called.
 */
export async function isUsedUp({ channel, page }: PublicationJob): Promise<boolean> {
  if (page === null) return false;
  try {
    const quota = await channel.quota(page, { signal: AbortSignal.timeout(patienceMs) });
    return quota !== null && quota.used >= quota.total;
  } catch (error) {
    if (error instanceof ChannelError) return false;
    throw error;
  }
}
