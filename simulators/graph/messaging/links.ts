import type { Failure } from './statuses.ts';

/** Fetches the files that messages name by a link, as WhatsApp does once it has taken them. */
export interface Links {
  /** Why one of them could not be fetched; null: they all could. */
  failureOf(links: readonly string[]): Promise<Failure | null>;
}

/** A file is fetched once for all messages of ten minutes. Source: Meta's page on messages with media. */
const keptMs = 10 * 60_000;
const timeoutMs = 10_000;

export function openLinks(): Links {
  const known = new Map<string, { readonly until: number; readonly trouble: Promise<string | null> }>();

  function troubleOf(link: string): Promise<string | null> {
    const before = known.get(link);
    if (before !== undefined && before.until > Date.now()) return before.trouble;
    const trouble = fetched(link);
    known.set(link, { until: Date.now() + keptMs, trouble });
    return trouble;
  }

  return {
    async failureOf(links) {
      for (const link of links) {
        const details = await troubleOf(link);
        if (details !== null) return { code: 131_053, title: 'Media upload error', details };
      }
      return null;
    },
  };
}

/** The words are those of failed statuses that were met in the field. */
async function fetched(link: string): Promise<string | null> {
  try {
    const answer = await fetch(link, { signal: AbortSignal.timeout(timeoutMs) });
    await answer.body?.cancel();
    if (answer.ok) return null;
    return `Downloading media from weblink failed with http code ${answer.status}, status message ${answer.statusText}`;
  } catch {
    return 'Downloading media from weblink failed';
  }
}
