import { setTimeout as sleep } from 'node:timers/promises';
import { fetchRemote } from '../kernel/media.ts';
import type { LinkPreview } from './objects.ts';

const patienceMs = 3_000;
const readBytes = 100_000;

/** What the page behind `link` says of itself in its Open Graph tags; `null` if it cannot be read in time. */
export async function previewOf(link: string): Promise<LinkPreview | null> {
  const late = new AbortController();
  const bytes = await Promise.race([
    fetchRemote(link),
    sleep(patienceMs, null, { signal: late.signal }).catch(() => null),
  ]);
  late.abort();
  if (bytes === null) return null;
  const html = bytes.subarray(0, readBytes).toString('utf8');
  const title = metaTag(html, 'og:title') ?? /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]?.trim() ?? '';
  if (title === '') return null;
  return { title: plain(title), description: metaTag(html, 'og:description'), imageUrl: metaTag(html, 'og:image') };
}

function metaTag(html: string, property: string): string | null {
  const tag = html.match(/<meta\b[^>]*>/gi)?.find((candidate) => attribute(candidate, 'property') === property);
  const content = tag === undefined ? null : attribute(tag, 'content');
  return content === null || content === '' ? null : plain(content);
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag);
  return found?.[1] ?? found?.[2] ?? null;
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const plain = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '');
