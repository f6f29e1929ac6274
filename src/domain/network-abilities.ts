import { type Composition, contentLimits } from './content-limits.ts';
import type { Feature } from './grant.ts';
import type { Network, PublishingNetwork } from './network.ts';

/** The kinds of an origin: what a network can bring in. */
export const importKinds = ['comment', 'mention', 'direct', 'review', 'mail'] as const;
export type ImportKind = (typeof importKinds)[number];

/** What can be published: a post of the feed or a reel; a message of a channel; a film with a title. */
export const publishKinds = ['feed', 'reel', 'message', 'video'] as const;
export type PublishKind = (typeof publishKinds)[number];

/**
 * How a text is measured: `characters` are Unicode code points; `weighted` is X's own measure, in which a link counts
 * 23, and an emoji or a Chinese, Japanese or Korean character two.
 */
export const textMeasures = ['characters', 'weighted'] as const;
export type TextMeasure = (typeof textMeasures)[number];

export interface PublishAbility {
  readonly kind: PublishKind;
  readonly measure: TextMeasure;
  readonly maxTextLength: number;
  /** Of a text that stands under media, where it is less. */
  readonly maxCaptionLength: number | null;
  /** `null`: it has no title. */
  readonly maxTitleLength: number | null;
  readonly minMedia: number;
  /** What its media may be: one of these. */
  readonly media: readonly MediaAbility[];
}

/** Up to `max` files of the kinds that are not null here, in any mixture. `null` within: the network names no limit. */
export interface MediaAbility {
  readonly max: number;
  readonly image: { readonly mimeTypes: readonly string[]; readonly maxBytes: number } | null;
  readonly video: {
    readonly mimeTypes: readonly string[];
    readonly maxBytes: number;
    readonly minDurationMs: number | null;
    readonly maxDurationMs: number | null;
  } | null;
  readonly document: {
    readonly mimeTypes: readonly string[];
    readonly maxBytes: number;
    readonly maxPages: number | null;
  } | null;
}

export interface NetworkAbilities {
  readonly publish: readonly PublishAbility[];
  readonly imports: readonly ImportKind[];
  /** Answers in public, or to a message or mail; `maxTextLength` is null where the network names no limit. */
  readonly reply: { readonly maxTextLength: number | null } | null;
  readonly insights: boolean;
  /** What of it this version of Chorally does already. */
  readonly ready: readonly Feature[];
}

/**
 * What each network lets an application do, whether or not we do it yet: `ready` tells that. The limits of the networks
 * that posts are published on are those that content is judged by; the others were read in the networks' references and
 * several vendors' code up to November 2026, and are not judged by yet.
 */
export function abilitiesOf(network: Network): NetworkAbilities {
  return abilities[network];
}

const megabyte = 1_000_000;
const second = 1_000;

const jpegOrPng = ['image/jpeg', 'image/png'];
const none = { image: null, video: null, document: null } as const;
const bare = { measure: 'characters', maxCaptionLength: null, maxTitleLength: null } as const;
const nothing = { publish: [], insights: false, ready: ['pages'] } as const;

/** As content is judged. */
function publishingOf(network: PublishingNetwork): readonly PublishAbility[] {
  const { text, formats } = contentLimits[network];
  return (['feed', 'reel'] as const).flatMap((kind) => {
    const format = formats[kind];
    if (format === null) return [];
    const { minMedia, compositions } = format;
    return [{ ...bare, kind, maxTextLength: text.maxLength, minMedia, media: compositions.map(mediaOf) }];
  });
}

function mediaOf({ max, image, video, document }: Composition): MediaAbility {
  return {
    max,
    image: image && { mimeTypes: image.mimeTypes, maxBytes: image.maxBytes },
    video: video && {
      mimeTypes: video.mimeTypes,
      maxBytes: video.maxBytes,
      minDurationMs: video.minDurationMs,
      maxDurationMs: video.maxDurationMs,
    },
    document,
  };
}

const xPost: PublishAbility = {
  ...bare,
  kind: 'feed',
  measure: 'weighted',
  maxTextLength: 280,
  minMedia: 0,
  media: [
    { ...none, max: 4, image: { mimeTypes: [...jpegOrPng, 'image/webp'], maxBytes: 5 * megabyte } },
    { ...none, max: 1, image: { mimeTypes: ['image/gif'], maxBytes: 15 * megabyte } },
    {
      ...none,
      max: 1,
      video: {
        mimeTypes: ['video/mp4', 'video/quicktime'],
        maxBytes: 512 * megabyte,
        minDurationMs: 500,
        maxDurationMs: 140 * second,
      },
    },
  ],
};

const telegramMessage: PublishAbility = {
  ...bare,
  kind: 'message',
  maxTextLength: 4_096,
  maxCaptionLength: 1_024,
  minMedia: 0,
  media: [
    {
      max: 10,
      image: { mimeTypes: jpegOrPng, maxBytes: 10 * megabyte },
      video: { mimeTypes: ['video/mp4'], maxBytes: 50 * megabyte, minDurationMs: null, maxDurationMs: null },
      document: null,
    },
    { ...none, max: 10, document: { mimeTypes: ['application/pdf'], maxBytes: 50 * megabyte, maxPages: null } },
  ],
};

const youtubeVideo: PublishAbility = {
  ...bare,
  kind: 'video',
  maxTextLength: 5_000,
  maxTitleLength: 100,
  minMedia: 1,
  media: [
    {
      ...none,
      max: 1,
      video: {
        mimeTypes: ['video/mp4', 'video/quicktime', 'video/webm'],
        maxBytes: 256_000 * megabyte,
        minDurationMs: null,
        // Of a channel that is verified by telephone; else fifteen minutes.
        maxDurationMs: 12 * 3_600 * second,
      },
    },
  ],
};

const businessPost: PublishAbility = {
  ...bare,
  kind: 'feed',
  maxTextLength: 1_500,
  minMedia: 0,
  media: [{ ...none, max: 1, image: { mimeTypes: jpegOrPng, maxBytes: 5 * megabyte } }],
};

const abilities: Readonly<Record<Network, NetworkAbilities>> = {
  facebook: {
    publish: publishingOf('facebook'),
    imports: ['comment', 'mention', 'direct'],
    reply: { maxTextLength: null },
    insights: true,
    ready: ['pages', 'publish'],
  },
  instagram: {
    publish: publishingOf('instagram'),
    imports: ['comment', 'mention', 'direct'],
    reply: { maxTextLength: 2_200 },
    insights: true,
    ready: ['pages', 'publish'],
  },
  whatsapp: {
    ...nothing,
    imports: ['direct'],
    reply: { maxTextLength: 4_096 },
    ready: ['pages', 'message', 'webhooks'],
  },
  linkedin: {
    publish: publishingOf('linkedin'),
    imports: ['comment', 'mention'],
    reply: { maxTextLength: null },
    insights: true,
    ready: ['pages', 'publish'],
  },
  // Replies only where the author has mentioned or quoted us (self-serve access of 2026).
  x: {
    ...nothing,
    publish: [xPost],
    imports: ['comment', 'mention', 'direct'],
    reply: { maxTextLength: 280 },
    insights: true,
  },
  // Comments of a channel come from its linked group. A bot is not told how often a message was seen.
  telegram: {
    ...nothing,
    publish: [telegramMessage],
    imports: ['comment', 'direct'],
    reply: { maxTextLength: 4_096 },
  },
  youtube: {
    ...nothing,
    publish: [youtubeVideo],
    imports: ['comment'],
    reply: { maxTextLength: null },
    insights: true,
  },
  google_business: {
    ...nothing,
    publish: [businessPost],
    imports: ['review'],
    reply: { maxTextLength: 4_096 },
    insights: true,
  },
  google_play: { ...nothing, imports: ['review'], reply: { maxTextLength: 350 } },
  app_store: { ...nothing, imports: ['review'], reply: { maxTextLength: 5_970 } },
  gmail: { ...nothing, imports: ['mail'], reply: { maxTextLength: null } },
  microsoft_mail: { ...nothing, imports: ['mail'], reply: { maxTextLength: null } },
  tiktok: { publish: [], imports: [], reply: null, insights: false, ready: [] },
};
