import { z } from 'zod';
import { grantKindsOf } from '../../domain/grant.ts';
import { scopesOf } from '../../domain/grant-scopes.ts';
import { type Network, networkNames, networks } from '../../domain/network.ts';
import { abilitiesOf, importKinds, publishKinds, textMeasures } from '../../domain/network-abilities.ts';
import { typedFieldsOf, typedIdsOf } from '../../domain/typed-credentials.ts';
import { feature, grantKind } from '../connections/connection-codes.ts';
import type { GrantDesk } from '../connections/grant-desk.ts';

const file = { mimeTypes: z.array(z.string()), maxBytes: z.int() };

const media = z
  .object({
    max: z.int().meta({ description: 'How many files at most, of the kinds that are not null, in any mixture.' }),
    image: z.object(file).nullable().meta({ description: 'Null: it takes no images.' }),
    video: z
      .object({ ...file, minDurationMs: z.int().nullable(), maxDurationMs: z.int().nullable() })
      .nullable()
      .meta({ description: 'Null: it takes no films. Null within: the network names no limit.' }),
    document: z
      .object({ ...file, maxPages: z.int().nullable() })
      .nullable()
      .meta({ description: 'Null: it takes no documents.' }),
  })
  .meta({ id: 'MediaAbility', description: 'What the media of a publication may be.' });

const publish = z
  .object({
    kind: z.enum(publishKinds).meta({
      description: '`feed`: a post; `reel`; `message`: to the readers of a channel; `video`: a film with a title.',
    }),
    measure: z.enum(textMeasures).meta({
      description: '`characters`: Unicode code points; `weighted`: X’s own: a link counts 23, an emoji two.',
    }),
    maxTextLength: z.int().meta({ description: 'Of its text, in `measure`.' }),
    maxCaptionLength: z.int().nullable().meta({ description: 'Of a text under media, where it is less.' }),
    maxTitleLength: z.int().nullable().meta({ description: 'Null: it has no title.' }),
    minMedia: z.int().meta({ description: 'How many files it needs at least; 0: it may be text alone.' }),
    media: z.array(media).meta({ description: 'What its media may be: one of these.' }),
  })
  .meta({ id: 'PublishAbility', description: 'Something that can be published, and within which limits.' });

const way = z
  .object({
    kind: grantKind,
    way: z.enum(['consent', 'credentials']).meta({
      description: '`consent`: on a page of the network’s own; `credentials`: with keys that are typed in here.',
    }),
    configured: z.boolean().meta({
      description: 'Whether this installation has an app at the network, without which it cannot be offered.',
    }),
    fields: z.array(z.string()).meta({
      description:
        'What has to be typed in or uploaded: the fields of `credentials` when an authorization is begun. None for `consent`.',
    }),
    named: z
      .enum(['packageNames', 'chatIds'])
      .nullable()
      .meta({ description: 'Ids that have to be typed in, since the network does not list what a grant reaches.' }),
    scopes: z.array(z.object({ scope: z.string(), features: z.array(feature) })).meta({
      description: 'The permissions that are asked for, each with what needs it. None where a key carries its own.',
    }),
  })
  .meta({ id: 'GrantWay', description: 'A way of connecting pages of the network.' });

export const networkView = z
  .object({
    network: z.enum(networks),
    name: z.string().meta({ description: 'As it spells itself.', example: 'LinkedIn' }),
    availability: z.enum(['available', 'announced', 'not_configured']).meta({
      description:
        '`available`: at least one of its `ways` is configured; `announced`: it cannot be connected yet; `not_configured`: this installation has no app at the network.',
    }),
    ways: z.array(way).meta({ description: 'The usual one first.' }),
    publish: z.array(publish).meta({ description: 'What can be published there; none: nothing.' }),
    imports: z.array(z.enum(importKinds)).meta({ description: 'What it lets us bring in.' }),
    reply: z
      .object({ maxTextLength: z.int().nullable().meta({ description: 'Null: the network names no limit.' }) })
      .nullable()
      .meta({ description: 'Null: nothing can be answered.' }),
    insights: z.boolean().meta({ description: 'Whether it tells how what was published does.' }),
    ready: z.array(feature).meta({
      description: 'What of all this works today; the rest is what the network offers.',
    }),
  })
  .meta({ id: 'Network', description: 'A network, how its pages are connected and what can be done there.' });

type Desk = Pick<GrantDesk, 'offer'>;

export function presentNetwork(network: Network, desk: Desk): z.input<typeof networkView> {
  const { publish: publishing, imports, reply, insights, ready } = abilitiesOf(network);
  const ways = waysOf(network, desk);
  return {
    network,
    name: networkNames[network],
    availability:
      ways.length === 0 ? 'announced' : ways.some(({ configured }) => configured) ? 'available' : 'not_configured',
    ways,
    publish: publishing.map((ability) => ({ ...ability, media: ability.media.map(copied) })),
    imports: [...imports],
    reply,
    insights,
    ready: [...ready],
  };
}

function waysOf(network: Network, desk: Desk): z.input<typeof way>[] {
  return grantKindsOf[network].flatMap((kind) => {
    const offer = desk.offer(network, kind);
    if (offer === null) return [];
    return [
      {
        kind,
        way: offer.way,
        configured: offer.configured,
        fields: [...typedFieldsOf(kind)],
        named: typedIdsOf(network),
        scopes: scopesOf(network, kind).map(({ scope, features: uses }) => ({ scope, features: [...uses] })),
      },
    ];
  });
}

type Media = ReturnType<typeof abilitiesOf>['publish'][number]['media'][number];

function copied({ max, image, video, document }: Media): z.input<typeof media> {
  const copy = <File extends { readonly mimeTypes: readonly string[] }>(given: File | null) =>
    given === null ? null : { ...given, mimeTypes: [...given.mimeTypes] };
  return { max, image: copy(image), video: copy(video), document: copy(document) };
}
