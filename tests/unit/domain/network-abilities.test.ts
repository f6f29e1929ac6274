import { describe, expect, it, test } from 'vitest';
import { contentLimits } from '../../../src/domain/content-limits.ts';
import { grantKindsOf } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { networks, publishes, publishingNetworks } from '../../../src/domain/network.ts';
import { abilitiesOf } from '../../../src/domain/network-abilities.ts';

test.each(networks)('%s is ready to publish exactly if posts can be published there', (network) => {
  expect(abilitiesOf(network).ready.includes('publish')).toBe(publishes(network));
});

test.each(publishingNetworks)('what is told of %s is what content is judged by', (network) => {
  const { text, formats } = contentLimits[network];
  const told = abilitiesOf(network).publish;
  expect(told.map(({ kind }) => kind)).toEqual(formats.reel === null ? ['feed'] : ['feed', 'reel']);
  for (const { kind, maxTextLength, minMedia, media } of told) {
    const format = kind === 'reel' ? formats.reel : formats.feed;
    expect([maxTextLength, minMedia]).toEqual([text.maxLength, format?.minMedia]);
    expect(
      media.map(({ max, image, video, document }) => [max, image?.maxBytes, video?.maxBytes, document?.maxPages]),
    ).toEqual(
      format?.compositions.map(({ max, image, video, document }) => [
        max,
        image?.maxBytes,
        video?.maxBytes,
        document?.maxPages,
      ]),
    );
  }
});

describe('of networks that are only connected yet, the networks’ own limits are told', () => {
  it('X counts 280 in its own measure', () => {
    expect(abilitiesOf('x').publish).toMatchObject([{ kind: 'feed', measure: 'weighted', maxTextLength: 280 }]);
  });

  it('a message of Telegram is longer than a caption', () => {
    expect(abilitiesOf('telegram').publish).toMatchObject([{ maxTextLength: 4_096, maxCaptionLength: 1_024 }]);
  });

  it('reviews of apps are answered shortly', () => {
    expect(['google_play', 'app_store', 'google_business'].map((network) => replyLength(network))).toEqual([
      350, 5_970, 4_096,
    ]);
  });
});

it('a network that cannot be connected yet offers nothing', () => {
  const announced = networks.filter((network) => grantKindsOf[network].length === 0);
  expect(announced).toEqual(['tiktok']);
  expect(abilitiesOf('tiktok')).toEqual({ publish: [], imports: [], reply: null, insights: false, ready: [] });
});

test.each(networks)(
  '%s asks for a permission for everything that it is ready for, where it asks for any',
  (network) => {
    for (const kind of grantKindsOf[network]) {
      const asked = scopesOf(network, kind);
      if (asked.length === 0) continue;
      const covered = new Set(asked.flatMap(({ features }) => features));
      expect(abilitiesOf(network).ready.filter((feature) => !covered.has(feature))).toEqual([]);
    }
  },
);

function replyLength(network: string): number | null | undefined {
  const found = networks.find((candidate) => candidate === network);
  return found === undefined ? undefined : abilitiesOf(found).reply?.maxTextLength;
}
