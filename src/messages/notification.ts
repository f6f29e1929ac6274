import type { CampaignNotice, ConnectionNotice, Notice, PostNotice } from '../domain/notification.ts';
import { networkNames } from '../domain/network.ts';
import type { Speaker } from './speaker.ts';

export interface NotificationMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const longestTitle = 60;

/** What has happened, in one line: the subject of the e-mail, and the entry in the list. */
export function notificationLine({ say, words }: Speaker, notice: Notice): string {
  return say(words.told[notice.kind], valuesOf(words, notice));
}

/** The e-mail that tells of it, as plain text and as simple HTML. */
export function notificationMail(
  speaker: Speaker,
  notice: Notice,
  about: {
    readonly recipient: string;
    readonly tenant: string;
    /** Where the post, the connection or the campaign is shown; null when there is no console. */
    readonly link: string | null;
    readonly now: Date;
  },
): NotificationMail {
  const { say, words } = speaker;
  const line = notificationLine(speaker, notice);
  const parts: readonly Part[] = [
    { kind: 'paragraph', text: say(words.greeting, { name: about.recipient }) },
    { kind: 'paragraph', text: `${line}. ${say(words.asked[notice.kind], valuesOf(words, notice))}` },
    ...partsOf(speaker, notice, about.now),
    ...(about.link === null ? [] : [{ kind: 'link', text: linkText(speaker, notice), url: about.link } as const]),
    { kind: 'small', text: say(words.footer, { tenant: about.tenant }) },
  ];
  return {
    subject: line,
    text: `${parts.map(plain).join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="${escaped(speaker.locale)}"><body>\n${parts.map(html).join('\n')}\n</body></html>\n`,
  };
}

function linkText({ words }: Speaker, { about }: Notice): string {
  switch (about) {
    case 'post':
      return words.open;
    case 'connection':
      return words.openConnection;
    case 'campaign':
      return words.openCampaign;
  }
}

function valuesOf(words: Speaker['words'], notice: Notice): Readonly<Record<string, string>> {
  switch (notice.about) {
    case 'post':
      return valuesOfPost(words, notice);
    case 'connection':
      return valuesOfConnection(notice);
    case 'campaign':
      return valuesOfCampaign(words, notice);
  }
}

function valuesOfConnection({ page, network, data }: ConnectionNotice) {
  const { state = 'other', cause = 'other', passedSlots = 'other' } = data;
  return { page: shortened(page, longestTitle), network: networkNames[network], state, cause, passedSlots };
}

function valuesOfPost({ somebody, untitled }: Speaker['words'], { actor, excerpt, data }: PostNotice) {
  return {
    about: 'post',
    actor: actor ?? somebody,
    post: shortened(excerpt, longestTitle) || untitled,
    outcome: data.outcome ?? 'other',
  };
}

/** A campaign is called by its name where a post is by its beginning. */
function valuesOfCampaign({ somebody }: Speaker['words'], { actor, name, data }: CampaignNotice) {
  const { outcome = 'other', reason = 'other', problem } = data;
  const campaign = shortened(name, longestTitle);
  return {
    about: 'campaign',
    actor: actor ?? somebody,
    // Words that posts and campaigns share name either as the post.
    post: campaign,
    campaign,
    outcome,
    reason,
    problem: typeof problem === 'string' ? problem : 'other',
  };
}

type Part =
  | { readonly kind: 'paragraph' | 'small'; readonly text: string }
  | { readonly kind: 'quote'; readonly label: string; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string };

function partsOf(speaker: Speaker, notice: Notice, now: Date): readonly Part[] {
  switch (notice.about) {
    case 'post':
      return partsOfPost(speaker, notice, now);
    case 'connection':
      return partsOfConnection(speaker, notice);
    case 'campaign':
      return deadlineOf(speaker, notice, now);
  }
}

function partsOfPost(speaker: Speaker, notice: PostNotice, now: Date): readonly Part[] {
  return [...planOf(speaker, notice), ...deadlineOf(speaker, notice, now), ...quotesOf(speaker, notice)];
}

function partsOfConnection({ say, words, instant }: Speaker, { kind, data }: ConnectionNotice): readonly Part[] {
  const since = new Date(data.since ?? Number.NaN);
  const { waiting = 0 } = data;
  if (kind === 'connection_repaired' || Number.isNaN(since.getTime())) return [];
  const sentences = [
    say(words.since, { since: instant(since) }),
    ...(waiting > 0 ? [say(words.waiting, { posts: waiting })] : []),
  ];
  return [{ kind: 'paragraph', text: sentences.join(' ') }];
}

const beforeDecision: readonly Notice['kind'][] = [
  'approval_requested',
  'approval_reminder',
  'approval_escalated',
  'approval_delegated',
  'approval_overdue',
];

function planOf({ say, words, instant }: Speaker, { kind, pages, scheduledAt }: PostNotice): readonly Part[] {
  if (!beforeDecision.includes(kind)) return [];
  const text =
    scheduledAt === null
      ? say(words.planWithoutSlot, { pages })
      : say(words.plan, { pages, slot: instant(scheduledAt) });
  return [{ kind: 'paragraph', text }];
}

function deadlineOf(speaker: Speaker, { kind, data }: PostNotice | CampaignNotice, now: Date): readonly Part[] {
  const deadline = new Date(data.deadlineAt ?? Number.NaN);
  if (!beforeDecision.includes(kind) || Number.isNaN(deadline.getTime())) return [];
  const { say, words, instant } = speaker;
  const text = `${say(words.deadline, { deadline: instant(deadline) })} ${timeLeft(speaker, deadline, now)}`;
  return [{ kind: 'paragraph', text }];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** In the largest unit of which two are left, so that nobody reads “one day” for 47 hours. */
function timeLeft({ say, words }: Speaker, deadline: Date, now: Date): string {
  const left = deadline.getTime() - now.getTime();
  if (left <= 0) return words.overdue;
  if (left >= 2 * dayMs) return say(words.daysLeft, { days: Math.floor(left / dayMs) });
  if (left >= hourMs) return say(words.hoursLeft, { hours: Math.floor(left / hourMs) });
  return say(words.minutesLeft, { minutes: Math.max(1, Math.floor(left / minuteMs)) });
}

function quotesOf({ say, words }: Speaker, { actor, comment, excerpt }: PostNotice): readonly Part[] {
  return [
    ...(comment === null
      ? []
      : [{ kind: 'quote', label: say(words.commentSays, { actor: actor ?? words.somebody }), text: comment } as const]),
    ...(excerpt.trim() === '' ? [] : [{ kind: 'quote', label: words.postSays, text: excerpt } as const]),
  ];
}

function plain(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return part.text;
    case 'small':
      return `-- \n${part.text}`;
    case 'quote':
      return `${part.label}\n${part.text.replaceAll(/^/gm, '> ')}`;
    case 'link':
      return `${part.text}: ${part.url}`;
  }
}

function html(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return `<p>${escaped(part.text)}</p>`;
    case 'small':
      return `<p><small>${escaped(part.text)}</small></p>`;
    case 'quote':
      return `<p>${escaped(part.label)}</p>\n<blockquote>${escaped(part.text).replaceAll('\n', '<br>\n')}</blockquote>`;
    case 'link':
      return `<p><a href="${escaped(part.url)}">${escaped(part.text)}</a></p>`;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** The first line, cut between characters as readers see them. */
function shortened(text: string, longest: number): string {
  const [line = ''] = text.trim().split('\n');
  const characters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)];
  if (characters.length <= longest) return line;
  return `${characters
    .slice(0, longest - 1)
    .map(({ segment }) => segment)
    .join('')
    .trimEnd()}…`;
}
