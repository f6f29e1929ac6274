import { describe, expect, it } from 'vitest';
import type { DocumentFacts, FileFacts, VideoFacts } from '../../../src/domain/media.ts';
import type { TargetContent } from '../../../src/domain/content.ts';
import type { PublishingNetwork } from '../../../src/domain/network.ts';
import { carouselVideo, document, gif, image, judgeWith, rulesWith, video } from '../../support/contents.ts';

describe('a picture', () => {
  it.each<[number, number, readonly string[]]>([
    [1_080, 1_350, []],
    [1_080, 1_360, ['image_ratio']],
    [1_910, 1_000, []],
    [1_930, 1_000, ['image_ratio']],
    [320, 320, []],
    [319, 319, ['min_image_width']],
  ])('of %i × %i pixels on Instagram: %j', (widthPx, heightPx, expected) => {
    expect(rulesWith('instagram', [image({ widthPx, heightPx })])).toEqual(expected);
  });

  it('that is too large everywhere is refused with its limit', () => {
    const [found] = judgeWith('facebook', [image({ bytes: 4_000_001 })]);
    expect(found).toMatchObject({ rule: 'max_image_bytes', limit: 4_000_000, value: 4_000_001 });
  });

  it('that moves is no obstacle where it is shown still', () => {
    const animated = { original: gif(), jpeg: image() };
    expect(rulesWith('facebook', [animated])).toEqual([]);
    expect(rulesWith('instagram', [animated, animated])).toEqual([]);
  });
});

describe('a video', () => {
  it.each<[string, PublishingNetwork, Partial<VideoFacts>, readonly string[]]>([
    ['of 2.9 seconds', 'instagram', { durationMs: 2_999 }, ['min_video_duration']],
    ['of 15 minutes', 'instagram', { durationMs: 900_000 }, []],
    ['of more', 'instagram', { durationMs: 900_001 }, ['max_video_duration']],
    ['of 300 MB', 'instagram', { bytes: 300_000_000 }, []],
    ['of more than 300 MB', 'instagram', { bytes: 300_000_001 }, ['max_video_bytes']],
    ['of VP9', 'instagram', { videoCodec: 'vp9' }, ['video_codec']],
    ['of HEVC', 'instagram', { videoCodec: 'hevc' }, []],
    ['with Opus', 'instagram', { audioCodec: 'opus' }, ['audio_codec']],
    ['without sound', 'instagram', { audioCodec: null }, []],
    ['of 22 frames a second', 'instagram', { framesPerSecond: 22 }, ['min_frame_rate']],
    ['of 23.976 frames a second', 'instagram', { framesPerSecond: 23.976 }, []],
    ['of 120 frames a second', 'instagram', { framesPerSecond: 120 }, ['max_frame_rate']],
    ['of a rate that nobody could read', 'instagram', { framesPerSecond: null }, []],
    ['4K wide', 'instagram', { widthPx: 3_840, heightPx: 2_160 }, ['max_video_width']],
    ['as WebM', 'instagram', { mimeType: 'video/webm' }, ['video_type']],
    ['as QuickTime', 'linkedin', { mimeType: 'video/quicktime' }, ['video_type']],
    ['of 500 MB', 'linkedin', { bytes: 500_000_000 }, []],
    ['of more than 500 MB', 'linkedin', { bytes: 500_000_001 }, ['max_video_bytes']],
    ['of half an hour', 'linkedin', { durationMs: 1_800_000 }, []],
    ['of more', 'linkedin', { durationMs: 1_800_001 }, ['max_video_duration']],
    ['three times as wide as high', 'linkedin', { widthPx: 3_000, heightPx: 1_000 }, ['video_ratio']],
    ['three times as wide as high', 'facebook', { widthPx: 3_000, heightPx: 1_000 }, ['video_ratio']],
    ['of 20 minutes', 'facebook', { durationMs: 1_200_000 }, []],
    ['of more', 'facebook', { durationMs: 1_200_001 }, ['max_video_duration']],
  ])('%s on %s', (_what, network, facts, expected) => {
    expect(rulesWith(network, [video(facts)])).toEqual(expected);
  });

  it('in a carousel has the shape of its pictures and lasts a minute at most', () => {
    expect(rulesWith('instagram', [image(), video()])).toEqual(['video_ratio']);
    expect(rulesWith('instagram', [image(), carouselVideo({ durationMs: 60_001 })])).toEqual(['max_video_duration']);
  });
});

describe('a reel', () => {
  const reel: Partial<TargetContent> = { format: 'reel' };

  it.each<[string, PublishingNetwork, readonly FileFacts[], readonly string[]]>([
    ['one upright video', 'facebook', [video()], []],
    ['one upright video', 'instagram', [video()], []],
    ['nothing', 'facebook', [], ['min_media']],
    ['an image', 'facebook', [image()], ['media_kind']],
    ['an image', 'instagram', [image()], ['media_kind']],
    ['two videos', 'instagram', [video(), video()], ['max_media']],
    ['a lying video', 'facebook', [video({ widthPx: 1_920, heightPx: 1_080 })], ['video_ratio']],
    ['a small video', 'facebook', [video({ widthPx: 539, heightPx: 959 })], ['min_video_width', 'min_video_height']],
    ['91 seconds', 'facebook', [video({ durationMs: 90_001 })], ['max_video_duration']],
    ['two seconds', 'facebook', [video({ durationMs: 2_000 })], ['min_video_duration']],
    ['20 frames a second', 'facebook', [video({ framesPerSecond: 20 })], ['min_frame_rate']],
  ])('of %s on %s', (_what, network, files, expected) => {
    expect(rulesWith(network, files, {}, reel)).toEqual(expected);
  });

  it('does not exist on LinkedIn, whatever its media are', () => {
    expect(judgeWith('linkedin', [video()], {}, reel)).toEqual([
      { target: 'linkedin', field: 'format', mediaId: null, rule: 'format', limit: 'feed', value: 'reel' },
    ]);
  });
});

describe('a document', () => {
  it.each<[string, Partial<DocumentFacts>, readonly string[]]>([
    ['of 300 pages', { pages: 300 }, []],
    ['of 301 pages', { pages: 301 }, ['max_document_pages']],
    ['of 100 MB', { bytes: 100_000_000 }, []],
    ['of more', { bytes: 100_000_001 }, ['max_document_bytes']],
    ['that is no PDF', { mimeType: 'application/msword' }, ['document_type']],
  ])('%s on LinkedIn', (_what, facts, expected) => {
    expect(rulesWith('linkedin', [document(facts)])).toEqual(expected);
  });
});
