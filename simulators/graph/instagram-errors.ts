import type { Refused } from '../kernel/operation.ts';
import { graphError, type GraphErrorFacts } from './errors.ts';

/** What Instagram refuses, with the codes of Meta's table of content publishing errors. */
const refusals = {
  unreachable: {
    code: 9004,
    subcode: 2207052,
    message: 'Only photo or video can be accepted as media type.',
    userTitle: "Media download has failed. The media URI doesn't meet our requirements.",
    userMessage: 'The media could not be fetched from this URI.',
  },
  tooLarge: {
    code: 36000,
    subcode: 2207004,
    message: 'The image size is too large.',
    userTitle: 'Image size too large',
    userMessage: 'The image is too large to download. It should be less than 8 MiB.',
  },
  format: {
    code: 36001,
    subcode: 2207005,
    message: 'The image format is not supported.',
    userTitle: 'Unsupported image format',
    userMessage: 'The image format is not supported. Please use JPEG.',
  },
  ratio: {
    code: 36003,
    subcode: 2207009,
    message: 'The aspect ratio is not supported.',
    userTitle: 'Invalid aspect ratio',
    userMessage:
      "The submitted image has an aspect ratio that can't be published. Ratios from 4:5 to 1.91:1 are taken.",
  },
  caption: {
    code: 36004,
    subcode: 2207010,
    message: 'The caption was too long.',
    userTitle: 'Caption too long',
    userMessage: 'The caption can have up to 2200 characters, 30 hashtags and 20 @ tags.',
  },
  carousel: {
    code: 100,
    subcode: 2207028,
    message: 'Invalid parameter',
    userTitle: 'Carousel validation failed',
    userMessage: "Your post won't work as a carousel. Carousels need at least 2 photos/videos and no more than 10.",
  },
  noChild: {
    code: 24,
    subcode: 2207006,
    message: 'The requested resource does not exist',
    userTitle: 'Media not found',
    userMessage: 'The media could not be found, possibly because you do not have permission to see it.',
  },
  cover: {
    code: 1,
    subcode: 2207057,
    message: 'Invalid thumbnail offset',
    userTitle: 'Invalid thumbnail offset',
    userMessage: 'The thumbnail offset must be at least 0 and less than the duration of the video, in milliseconds.',
  },
  mediaType: {
    code: 100,
    subcode: 2207023,
    message: 'Unknown media type.',
    userTitle: 'Unknown media type',
    userMessage: 'The media type entered is not one of the expected media types.',
  },
  notReady: {
    code: 9007,
    subcode: 2207027,
    message: 'Media ID is not available',
    userTitle: 'The media is not ready for publishing, please wait for a moment',
    userMessage: 'The media is not ready for publishing, please wait for a moment',
  },
  noContainer: {
    code: 24,
    subcode: 2207008,
    message: 'The requested resource does not exist',
    userTitle: 'Media ID is not available',
    userMessage: 'The media builder with the given creation id does not exist or has been expired.',
  },
  quota: {
    status: 403,
    code: 9,
    subcode: 2207042,
    message: 'Application request limit reached',
    userTitle: 'Action is blocked',
    userMessage: 'You reached maximum number of posts that is allowed to be published by Content Publishing API.',
  },
} as const satisfies Record<string, GraphErrorFacts>;

export const instagramRefusal = (which: keyof typeof refusals): Refused =>
  graphError({ transient: false, ...refusals[which] });
