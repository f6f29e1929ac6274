import type { PostContent, TargetContent } from '../../src/domain/content.ts';
import { violations } from '../../src/domain/content-violations.ts';
import type { ConnectionId, MediaId, Sha256 } from '../../src/domain/ids.ts';
import type { DocumentFacts, FileFacts, ImageFacts, MediaFacts, VideoFacts } from '../../src/domain/media.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';

/** Contents and files for tests of pure rules, in which a connection is called like its network. */
export const connectionOf = (network: PublishingNetwork) => network as unknown as ConnectionId;
export const networkOf = (id: ConnectionId) => id as unknown as PublishingNetwork;

export function targetOn(network: PublishingNetwork, differing: Partial<TargetContent> = {}): TargetContent {
  return { connectionId: connectionOf(network), text: null, mediaIds: null, format: 'feed', ...differing };
}

export function contentFor(network: PublishingNetwork, differing: Partial<PostContent> = {}): PostContent {
  return { text: 'Buon Natale', mediaIds: [], link: null, targets: [targetOn(network)], ...differing };
}

const stored = { sha256: 'a'.repeat(64) as Sha256, bytes: 200_000 };

export function image(facts: Partial<ImageFacts> = {}): ImageFacts {
  return { ...stored, kind: 'image', mimeType: 'image/jpeg', widthPx: 1_080, heightPx: 1_080, frames: 1, ...facts };
}

/** Upright, half a minute long, as a phone films. */
export function video(facts: Partial<VideoFacts> = {}): VideoFacts {
  return {
    ...stored,
    kind: 'video',
    mimeType: 'video/mp4',
    bytes: 20_000_000,
    widthPx: 1_080,
    heightPx: 1_920,
    durationMs: 30_000,
    videoCodec: 'avc',
    audioCodec: 'aac',
    framesPerSecond: 29.97,
    ...facts,
  };
}

export function document(facts: Partial<DocumentFacts> = {}): DocumentFacts {
  return { ...stored, kind: 'document', mimeType: 'application/pdf', pages: 12, ...facts };
}

/** An upload for each of these files, called `m0`, `m1` and so on. */
export function uploads(files: readonly (FileFacts | MediaFacts)[]) {
  const facts = files.map((file) => ('original' in file ? file : { original: file, jpeg: null }));
  const mediaIds = facts.map((_file, index) => `m${index}` as MediaId);
  const factsOf = (id: MediaId): MediaFacts => {
    const found = facts[mediaIds.indexOf(id)];
    if (found === undefined) throw new Error(`there is no upload ${id}`);
    return found;
  };
  return { mediaIds, factsOf };
}

export const gif = (facts: Partial<ImageFacts> = {}) => image({ mimeType: 'image/gif', frames: 24, ...facts });

export function carouselVideo(facts: Partial<VideoFacts> = {}) {
  return video({ widthPx: 1_080, heightPx: 1_350, ...facts });
}

/** What keeps these files from going out, all in one post to one network. */
export function judgeWith(
  network: PublishingNetwork,
  files: readonly (FileFacts | MediaFacts)[],
  content: Partial<PostContent> = {},
  target: Partial<TargetContent> = {},
) {
  const { mediaIds, factsOf } = uploads(files);
  const post = contentFor(network, { mediaIds, targets: [targetOn(network, target)], ...content });
  return violations(post, networkOf, factsOf);
}

export function rulesWith(...judged: Parameters<typeof judgeWith>): readonly string[] {
  return judgeWith(...judged).map(({ rule }) => rule);
}
