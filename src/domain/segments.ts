import type { PublishingNetwork } from './network.ts';

/**
 * One piece of a text, as a network shows it. What readers see is the `text` of all pieces, joined; what the author
 * wrote is their `written`, joined. They differ in LinkedIn's mentions only.
 */
export interface Segment {
  readonly kind: 'text' | 'hashtag' | 'mention' | 'link';
  readonly written: string;
  readonly text: string;
  /** Where it leads on this network; `null`: nowhere, whatever it looks like. */
  readonly href: string | null;
}

/**
 * Takes a text apart. The one reader of links, hashtags and mentions: limits are counted by it, previews are made from
 * it, and LinkedIn's own spelling of a text is written from it.
 *
 * A link begins with `http://`, `https://` or `www.`, has at most 2,000 further characters and does not end with the punctuation of its sentence. A hashtag
 * begins a word. A mention is `@name`, which only Instagram resolves, or `@[Name](urn:li:organization:1)`, which only
 * LinkedIn does. An e-mail address is neither. What follows thousands of pieces is plain text.
 */
export function segments(text: string, network: PublishingNetwork): readonly Segment[] {
  const found: Segment[] = [];
  let position = 0;
  const token = new RegExp(tokens);
  for (let match = token.exec(text); match !== null && found.length < maxSegments; match = token.exec(text)) {
    const segment = segmentOf(match, network);
    if (segment === null) {
      token.lastIndex = match.index + 1;
      continue;
    }
    if (match.index > position) found.push(plain(text.slice(position, match.index)));
    found.push(segment);
    position = match.index + segment.written.length;
    token.lastIndex = position;
  }
  if (position < text.length) found.push(plain(text.slice(position)));
  return found;
}

/** As many as a text of LinkedIn's greatest length can have, and more than any reader wants. */
const maxSegments = 2_000;

/** What readers see of a text. */
export function shownText(text: string, network: PublishingNetwork): string {
  return segments(text, network)
    .map((segment) => segment.text)
    .join('');
}

/** The name and the organisation in LinkedIn's spelling of a mention; `null` for anything else. */
export function organisationMention(written: string): { name: string; urn: string } | null {
  const groups = wholeMention.exec(written)?.groups;
  const name = groups?.['name'];
  const urn = groups?.['urn'];
  return name === undefined || urn === undefined ? null : { name, urn };
}

// What stands before keeps e-mail addresses, file names and halves of words out.
const address = String.raw`(?:https?:\/\/(?=[\p{L}\p{N}])|www\.(?=[\p{L}\p{N}-]{1,63}\.\p{L}))[^\s<>"。，、！？；：」』]{1,2000}`;
const link = String.raw`(?<![\p{L}\p{N}\p{M}_@])(?<link>${address})`;
// Members have no number that anybody could look up: organisations only.
const organisation = String.raw`@\[(?<name>[^[\]\r\n]{1,200})\]\((?<urn>urn:li:organization:\d{1,20})\)`;
const handle = String.raw`(?<![\p{L}\p{N}\p{M}_.@/+-])@(?<handle>[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])?)(?![\p{L}\p{N}\p{M}_@])`;
const hashtag = String.raw`(?<![\p{L}\p{N}\p{M}_#&/])#(?<hashtag>[\p{L}\p{N}_][\p{L}\p{N}\p{M}_]*)`;

const tokens = new RegExp([link, organisation, handle, hashtag].join('|'), 'giu');
const wholeMention = new RegExp(`^${organisation}$`, 'u');

function segmentOf({ 0: whole, groups = {} }: RegExpExecArray, network: PublishingNetwork): Segment | null {
  if (groups['link'] !== undefined) return linkSegment(groups['link'], network);
  if (groups['urn'] !== undefined) return organisationSegment(whole, network);
  if (groups['handle'] !== undefined) return handleSegment(whole, groups['handle'], network);
  return groups['hashtag'] === undefined ? null : hashtagSegment(whole, groups['hashtag'], network);
}

function plain(text: string): Segment {
  return { kind: 'text', written: text, text, href: null };
}

function linkSegment(candidate: string, network: PublishingNetwork): Segment {
  const text = withoutSentenceEnd(candidate);
  const target = /^www\./i.test(text) ? `https://${text}` : text;
  return { kind: 'link', written: text, text, href: network === 'instagram' ? null : target };
}

function organisationSegment(written: string, network: PublishingNetwork): Segment {
  const mention = organisationMention(written);
  if (network !== 'linkedin' || mention === null) return { kind: 'mention', written, text: written, href: null };
  const number = mention.urn.slice(mention.urn.lastIndexOf(':') + 1);
  return { kind: 'mention', written, text: mention.name, href: `https://www.linkedin.com/company/${number}` };
}

function handleSegment(written: string, name: string, network: PublishingNetwork): Segment {
  const href = network === 'instagram' ? `https://www.instagram.com/${name}/` : null;
  return { kind: 'mention', written, text: written, href };
}

/** Digits alone are a hashtag on Instagram only. */
function hashtagSegment(written: string, word: string, network: PublishingNetwork): Segment | null {
  const enough = network === 'instagram' ? /[\p{L}\p{N}]/u : /\p{L}/u;
  if (!enough.test(word)) return null;
  return { kind: 'hashtag', written, text: written, href: hashtagPages[network](encodeURIComponent(word)) };
}

const hashtagPages: Readonly<Record<PublishingNetwork, (word: string) => string>> = {
  facebook: (word) => `https://www.facebook.com/hashtag/${word}`,
  instagram: (word) => `https://www.instagram.com/explore/tags/${word}/`,
  linkedin: (word) => `https://www.linkedin.com/feed/hashtag/?keywords=${word}`,
};

/** A link without what ends the sentence around it; a bracket that the link itself opened stays. */
function withoutSentenceEnd(link: string): string {
  let end = link.length;
  const unopened = new Map(
    [...openings].map(([closing, opening]) => [closing, link.split(closing).length - link.split(opening).length]),
  );
  while (end > 0) {
    const last = link[end - 1] ?? '';
    const surplus = unopened.get(last) ?? 0;
    if (!sentenceEnds.has(last) && surplus <= 0) break;
    unopened.set(last, surplus - 1);
    end -= 1;
  }
  return link.slice(0, end);
}

const sentenceEnds: ReadonlySet<string> = new Set(".,;:!?…'’”»›*|。，、！？；：」』");
const openings: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
  ['）', '（'],
]);
