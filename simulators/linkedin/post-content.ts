import { z } from 'zod';
import { codePoints } from '../kernel/text.ts';
import type { World } from '../kernel/world.ts';
import { inputError } from './errors.ts';
import { unescaped } from './little-text.ts';
import { type AssetKind, assetKinds, assetStatus, linkedinObjects, type LinkedInPost } from './objects.ts';

const maxCommentaryLength = 3_000;
const [minImages, maxImages] = [2, 20];

const media = z.object({ id: z.string(), altText: z.string().optional(), title: z.string().optional() });

const newPost = z.object({
  author: z.string(),
  commentary: z.string().default(''),
  visibility: z.enum(['PUBLIC', 'CONNECTIONS', 'LOGGED_IN', 'CONTAINER']),
  distribution: z.object({
    feedDistribution: z.enum(['MAIN_FEED', 'NONE']),
    targetEntities: z.array(z.unknown()).default([]),
    thirdPartyDistributionChannels: z.array(z.unknown()).default([]),
  }),
  content: z
    .union([
      z.strictObject({ media }),
      z.strictObject({ multiImage: z.object({ images: z.array(media), altText: z.string().optional() }) }),
      z.strictObject({
        article: z.object({
          source: z.httpUrl(),
          title: z.string().min(1),
          description: z.string().optional(),
          thumbnail: z.string().optional(),
        }),
      }),
    ])
    .optional(),
  lifecycleState: z.enum(['PUBLISHED', 'DRAFT']),
  isReshareDisabledByAuthor: z.boolean().default(false),
});

export type NewPost = z.infer<typeof newPost>;

/** The body of `POST /rest/posts`; refuses what lacks a field or has a wrong one. */
export function parsePost(body: unknown): NewPost {
  const result = newPost.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = `/${issue?.path.join('/') ?? ''}`;
  throw inputError({
    status: 422,
    message: `${field} :: field is required but not found and has no default value, or its value is not allowed`,
    code: 'MISSING_REQUIRED_FIELD_OR_INVALID_VALUE',
    description: issue?.message ?? 'invalid',
    field,
  });
}

export function judgeCommentary(commentary: string): void {
  const length = codePoints(unescaped(commentary));
  if (length <= maxCommentaryLength) return;
  throw inputError({
    status: 422,
    message: `/commentary :: length of ${length} exceeds the maximum of ${maxCommentaryLength}`,
    code: 'FIELD_LENGTH_TOO_LONG',
    description: `Commentary exceeds the maximum length of ${maxCommentaryLength} characters`,
    field: '/commentary',
  });
}

/** What the post shows; refuses what is not there, not ready, another's, or of a kind that does not belong there. */
export function shownBy(world: World, { author, content }: NewPost): LinkedInPost['shown'] {
  if (content === undefined) return [];
  if ('media' in content) {
    judgeAsset(world, author, content.media.id, assetKinds);
    return [{ urn: content.media.id, altText: content.media.altText ?? null }];
  }
  if ('article' in content) {
    const { thumbnail } = content.article;
    if (thumbnail !== undefined) judgeAsset(world, author, thumbnail, ['image']);
    return thumbnail === undefined ? [] : [{ urn: thumbnail, altText: null }];
  }
  const { images } = content.multiImage;
  if (images.length < minImages || images.length > maxImages) {
    throw inputError({
      status: 422,
      message: `/content/multiImage/images :: must have between ${minImages} and ${maxImages} images`,
      code: 'INVALID_IMAGE_COUNT',
      description: 'The number of images is not allowed',
      field: '/content/multiImage/images',
    });
  }
  for (const { id } of images) judgeAsset(world, author, id, ['image']);
  return images.map(({ id, altText }) => ({ urn: id, altText: altText ?? null }));
}

function judgeAsset(world: World, author: string, urn: string, allowed: readonly AssetKind[]): void {
  const asset = linkedinObjects(world).assets.get(urn);
  const refused = (code: string, description: string): Error =>
    inputError({
      status: 422,
      message: `/content/media/id :: ${description}: ${urn}`,
      code,
      description,
      field: '/content/media/id',
    });
  if (asset === null) throw refused('MEDIA_ASSET_NOT_FOUND', 'Media asset does not exist');
  if (!allowed.includes(asset.kind)) throw refused('MEDIA_ASSET_WRONG_TYPE', 'Media asset is of the wrong type');
  if (asset.owner !== author) throw refused('MEDIA_ASSET_NOT_OWNED', 'Media asset is not owned by the author');
  const status = assetStatus(asset);
  if (status === 'PROCESSING_FAILED') throw refused('MEDIA_ASSET_PROCESSING_FAILED', 'Media asset failed processing');
  if (status === 'WAITING_UPLOAD') throw refused('MEDIA_ASSET_WAITING_UPLOAD', 'Media asset is waiting for its upload');
  if (status === 'PROCESSING') throw refused('MEDIA_ASSET_PROCESSING', 'Media asset is still being processed');
}
