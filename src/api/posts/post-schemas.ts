import { z } from 'zod';
import { postFormats } from '../../domain/content.ts';
import type { ConnectionId, MediaId, PostId, TargetId } from '../../domain/ids.ts';
import { id, instant } from '../schemas.ts';

/** As much as any network takes, or more; violations of the networks' own limits are told, not refused. */
const maxTextLength = 70_000;
const maxMedia = 20;
const maxTargets = 50;

export const postParams = z.strictObject({ postId: id<PostId>('The post.') });
export const targetParams = postParams.extend({ targetId: id<TargetId>('The target of the post.') });

export const text = z.string().max(maxTextLength);
const mediaIds = z
  .array(id<MediaId>('An uploaded file.'))
  .max(maxMedia)
  .refine((ids) => new Set(ids).size === ids.length, { error: 'names a file twice', params: { rule: 'unique' } });

const targets = z
  .array(
    z.strictObject({
      connectionId: id<ConnectionId>('The page to publish on.'),
      text: text.nullable().optional().meta({ description: 'Instead of the post’s text; null or absent: that text.' }),
      mediaIds: mediaIds.nullable().optional().meta({ description: 'Instead of the post’s media, likewise.' }),
      format: z
        .enum(postFormats)
        .default('feed')
        .meta({ description: 'A reel is one upright video; LinkedIn has none.' }),
    }),
  )
  .max(maxTargets)
  .refine((list) => new Set(list.map(({ connectionId }) => connectionId)).size === list.length, {
    error: 'names a connection twice',
    params: { rule: 'unique' },
  })
  .meta({ description: 'Where the post goes, and what differs there. Each connection at most once.' });

const link = z
  .strictObject({
    url: z.httpUrl().max(2_000).meta({ description: 'Where the link leads.' }),
    title: z.string().trim().min(1).max(400).nullable().default(null).meta({ description: 'Needed on LinkedIn.' }),
    description: z.string().trim().min(1).max(4_000).nullable().default(null),
    mediaId: id<MediaId>('Its picture.').nullable().default(null),
  })
  .meta({ description: 'A link with its card. Targets with media, and Instagram, do not show it.' });

const scheduledAt = instant('When to publish, with its offset. Must not have passed; null: nobody has said yet.');

export const newPostBody = z.strictObject({
  text: text.default('').meta({
    description: 'What the post says. On LinkedIn, `@[Name](urn:li:organization:1)` mentions an organisation.',
  }),
  mediaIds: mediaIds.default([]).meta({ description: 'Its pictures, videos or document, in their order.' }),
  link: link.nullable().default(null),
  scheduledAt: scheduledAt.nullable().default(null),
  targets: targets.default([]),
});

export const changedPostBody = z
  .strictObject({
    text: text.optional().meta({ description: 'What the post says.' }),
    mediaIds: mediaIds.optional().meta({ description: 'Its media, in their order.' }),
    link: link.nullable().optional().meta({ description: 'Null: none any more.' }),
    scheduledAt: scheduledAt.nullable().optional(),
    targets: targets.optional().meta({ description: 'All targets anew; absent: as they are.' }),
  })
  .meta({ description: 'What is absent stays as it is.' });

export const slotBody = z.strictObject({ scheduledAt });

export type TargetsBody = z.output<typeof targets>;
