import sharp from 'sharp';
import type { PostFormat } from '../../src/domain/content.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { film } from '../simulators/support/films.ts';
import { pdf } from './papers.ts';

/** A post of several files, or of a film, on one network, and the chain of calls by which it comes about. */
export interface Shape {
  readonly name: string;
  readonly network: PublishingNetwork;
  readonly format: PostFormat;
  readonly files: readonly FileName[];
  /** What leads up to the irreversible call: each step by the request that it makes, which may be its nth of the kind. */
  readonly steps: readonly Step[];
  /** The irreversible call. */
  readonly publishes: string;
}

export interface Step {
  readonly operation: string;
  readonly nth: number;
}

export type FileName = 'square.jpg' | 'wide.jpg' | 'tall.jpg' | 'upright.mp4' | 'square.mp4' | 'paper.pdf';

export const shapes = {
  album: {
    name: 'an album on Facebook',
    network: 'facebook',
    format: 'feed',
    files: ['square.jpg', 'wide.jpg', 'tall.jpg'],
    steps: [1, 2, 3].map((nth) => ({ operation: 'facebook.photo.create', nth })),
    publishes: 'facebook.feed.create',
  },
  film: {
    name: 'a film on Facebook',
    network: 'facebook',
    format: 'feed',
    files: ['upright.mp4'],
    steps: [
      { operation: 'facebook.video.create', nth: 1 },
      { operation: 'facebook.video.read', nth: 1 },
    ],
    publishes: 'facebook.video.publish',
  },
  facebookReel: {
    name: 'a reel on Facebook',
    network: 'facebook',
    format: 'reel',
    files: ['upright.mp4'],
    steps: [
      { operation: 'facebook.reel.start', nth: 1 },
      { operation: 'facebook.reel.upload', nth: 1 },
      { operation: 'facebook.video.read', nth: 1 },
    ],
    publishes: 'facebook.reel.finish',
  },
  carousel: {
    name: 'a carousel on Instagram',
    network: 'instagram',
    format: 'feed',
    files: ['square.jpg', 'square.mp4', 'tall.jpg'],
    steps: [
      ...[1, 2, 3].map((nth) => ({ operation: 'instagram.container.create', nth })),
      { operation: 'instagram.container.read', nth: 2 },
      // The one that holds the others.
      { operation: 'instagram.container.create', nth: 4 },
      { operation: 'instagram.quota.read', nth: 1 },
    ],
    publishes: 'instagram.media.publish',
  },
  instagramReel: {
    name: 'a reel on Instagram',
    network: 'instagram',
    format: 'reel',
    files: ['upright.mp4'],
    steps: [
      { operation: 'instagram.container.create', nth: 1 },
      { operation: 'instagram.container.read', nth: 1 },
    ],
    publishes: 'instagram.media.publish',
  },
  linkedinAlbum: {
    name: 'an album on LinkedIn',
    network: 'linkedin',
    format: 'feed',
    files: ['square.jpg', 'wide.jpg'],
    steps: [
      { operation: 'linkedin.image.initialize', nth: 2 },
      { operation: 'linkedin.image.upload', nth: 2 },
      { operation: 'linkedin.image.read', nth: 2 },
    ],
    publishes: 'linkedin.post.create',
  },
  linkedinFilm: {
    name: 'a film on LinkedIn',
    network: 'linkedin',
    format: 'feed',
    files: ['upright.mp4'],
    steps: ['initialize', 'upload', 'finalize', 'read'].map((call) => ({
      operation: `linkedin.video.${call}`,
      nth: 1,
    })),
    publishes: 'linkedin.post.create',
  },
  linkedinDocument: {
    name: 'a document on LinkedIn',
    network: 'linkedin',
    format: 'feed',
    files: ['paper.pdf'],
    steps: ['initialize', 'upload', 'read'].map((call) => ({ operation: `linkedin.document.${call}`, nth: 1 })),
    publishes: 'linkedin.post.create',
  },
} as const satisfies Record<string, Shape>;

/** The bytes of a file that these posts show. */
export async function fileNamed(name: FileName): Promise<Buffer> {
  switch (name) {
    case 'square.jpg':
      return picture({ width: 640, height: 640 });
    case 'wide.jpg':
      return picture({ width: 800, height: 600 });
    case 'tall.jpg':
      return picture({ width: 640, height: 800 });
    case 'upright.mp4':
      return film({ framesPerSecond: 25 });
    case 'paper.pdf':
      return pdf({ pages: 2 });
    case 'square.mp4':
      return film({ framesPerSecond: 25, widthPx: 1_080, heightPx: 1_080 });
  }
}

function picture(size: { width: number; height: number }): Promise<Buffer> {
  return sharp({ create: { ...size, channels: 3, background: '#0f766e' } })
    .jpeg()
    .toBuffer();
}
