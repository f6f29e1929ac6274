import { z } from 'zod';
import { postFormats } from '../../domain/content.ts';
import { warningCodes } from '../../domain/content-warnings.ts';
import { publishingNetworks } from '../../domain/network.ts';
import { instantView } from '../schemas.ts';
import { violationView } from './post-view-schemas.ts';

const segment = z
  .object({
    kind: z.enum(['text', 'hashtag', 'mention', 'link']),
    text: z.string(),
    href: z.string().nullable().meta({ description: 'Where it leads; null: nowhere, whatever it looks like.' }),
  })
  .meta({ description: 'A piece of the text. All of them, joined, are the text.' });

const count = z.object({
  used: z.int(),
  limit: z.int().nullable().meta({ description: 'Null: the network does not limit it.' }),
});

const file = z.object({
  rendition: z.enum(['original', 'jpeg']).meta({ description: 'Which file the network is given.' }),
  url: z.string().meta({ description: 'A signed address of it, until `expiresAt`.' }),
  thumbnailUrl: z.string().nullable().meta({ description: 'A smaller picture of it, where one exists.' }),
  mimeType: z.string(),
  bytes: z.int(),
  widthPx: z.int().nullable().meta({ description: 'As a viewer sees it; null for a document.' }),
  heightPx: z.int().nullable(),
  durationMs: z.int().nullable().meta({ description: 'Null unless it is a video.' }),
  pages: z.int().nullable().meta({ description: 'Null unless it is a document.' }),
});

const crop = z
  .object({
    place: z.enum(['feed', 'grid', 'viewer', 'card']).meta({
      description:
        'Where it is seen: in the feed, among the tiles of the profile, in the viewer of reels, on the card.',
    }),
    x: z.int(),
    y: z.int(),
    width: z.int(),
    height: z.int(),
    cropped: z.boolean().meta({ description: 'Whether anything is cut away.' }),
  })
  .meta({ description: 'The part that is seen, in pixels of the file, from its upper left corner.' });

const media = z.object({
  mediaId: z.string(),
  kind: z.enum(['image', 'video', 'document']),
  altText: z.string().nullable(),
  stilled: z.boolean().meta({ description: 'True for an animated GIF that does not move here.' }),
  file,
  crops: z.array(crop),
});

const link = z.object({
  card: z
    .object({
      source: z.enum(['given', 'read']).meta({
        description: '`read`: the network reads title, description and picture from the page itself.',
      }),
      url: z.string(),
      domain: z.string(),
      title: z.string().nullable(),
      description: z.string().nullable(),
      image: file.extend({ mediaId: z.string(), crops: z.array(crop) }).nullable(),
    })
    .nullable()
    .meta({ description: 'Null: no card is shown.' }),
  inText: z.object({
    clickable: z.boolean(),
    shortened: z.int().meta({ description: 'How many links the network replaces by short ones of its own.' }),
  }),
});

const warning = z
  .object({
    code: z.enum(warningCodes),
    mediaId: z.string().nullable().meta({ description: 'The file that it is about, where it is a single one.' }),
    limit: z.number().nullable(),
    value: z.union([z.number(), z.string()]).nullable(),
    message: z.string(),
  })
  .meta({ description: 'Something that an author may not expect. It keeps no post from going out.' });

const targetPreview = z.object({
  connection: z.object({ id: z.string(), name: z.string(), network: z.enum(publishingNetworks) }),
  format: z.enum(postFormats),
  text: z.string().meta({ description: 'What readers see, whole.' }),
  segments: z.array(segment),
  truncatedAt: z.int().nullable().meta({
    description:
      'Where the feed folds the text behind “See more”: an index into `text` in UTF-16 code units, never inside of a character. Null: all of it is shown. The publishingNetworks document none of it, so it is an estimate.',
  }),
  counts: z.object({ characters: count, hashtags: count, mentions: count }),
  link,
  layout: z.object({
    kind: z.enum(['none', 'single', 'reel', 'carousel', 'collage', 'document']),
    visible: z.int().meta({ description: 'How many files are seen at once.' }),
    hidden: z.int(),
  }),
  media: z.array(media),
  violations: z.array(violationView).meta({ description: 'What the network would refuse.' }),
  warnings: z.array(warning),
});

export const previewsView = z
  .object({
    revision: z
      .int()
      .nullable()
      .meta({ description: 'Which revision of the post; null for content that is not saved.' }),
    expiresAt: instantView('Until when the addresses of files can be used.'),
    violations: z.array(violationView).meta({ description: 'What is wrong with the post as a whole.' }),
    previews: z.array(targetPreview).meta({ description: 'One for each target, in the author’s order.' }),
  })
  .meta({
    id: 'Previews',
    description: 'How the publishingNetworks will show a post, as far as that can be foretold.',
  });

export type PreviewsView = z.input<typeof previewsView>;

const connection = {
  id: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77',
  name: 'Mercato Aurora',
  network: 'instagram',
} as const;

export const previewsExample: PreviewsView = {
  revision: 2,
  expiresAt: '2026-12-01T08:45:00.000Z',
  violations: [],
  previews: [
    {
      connection,
      format: 'feed',
      text: 'Buon Natale da @mercato.aurora! #natale',
      segments: [
        { kind: 'text', text: 'Buon Natale da ', href: null },
        { kind: 'mention', text: '@mercato.aurora', href: 'https://www.instagram.com/mercato.aurora/' },
        { kind: 'text', text: '! ', href: null },
        { kind: 'hashtag', text: '#natale', href: 'https://www.instagram.com/explore/tags/natale/' },
      ],
      truncatedAt: null,
      counts: {
        characters: { used: 39, limit: 2_200 },
        hashtags: { used: 1, limit: 30 },
        mentions: { used: 1, limit: 20 },
      },
      link: { card: null, inText: { clickable: false, shortened: 0 } },
      layout: { kind: 'single', visible: 1, hidden: 0 },
      media: [
        {
          mediaId: '0193f2c4-7b10-7a44-8c1e-2d5e9b7f0a11',
          kind: 'image',
          altText: null,
          stilled: false,
          file: {
            rendition: 'jpeg',
            url: 'https://api.example/media/…/jpeg?expires=…&signature=…',
            thumbnailUrl: 'https://api.example/media/…/jpeg?expires=…&signature=…',
            mimeType: 'image/jpeg',
            bytes: 184_211,
            widthPx: 1_080,
            heightPx: 1_350,
            durationMs: null,
            pages: null,
          },
          crops: [
            { place: 'feed', x: 0, y: 0, width: 1_080, height: 1_350, cropped: false },
            { place: 'grid', x: 33, y: 0, width: 1_013, height: 1_350, cropped: true },
          ],
        },
      ],
      violations: [],
      warnings: [
        {
          code: 'no_alt_text',
          mediaId: '0193f2c4-7b10-7a44-8c1e-2d5e9b7f0a11',
          limit: null,
          value: null,
          message: 'The picture is not described for those who cannot see it.',
        },
      ],
    },
  ],
};
