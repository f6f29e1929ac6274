import { describe, expect, it } from 'vitest';
import { publishedAddress } from '../../src/api/posts/permalink.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';

describe('the address of a published post', () => {
  it.each<[PublishingNetwork, string, string]>([
    ['facebook', 'https://www.facebook.com/mercatoaurora/posts/122101', '1001_122101'],
    ['facebook', 'https://www.facebook.com/mercatoaurora/posts/pfbid02Abc', 'pfbid02Abc'],
    ['facebook', 'https://m.facebook.com/permalink.php?story_fbid=122101&id=1001', '1001_122101'],
    ['facebook', 'https://www.facebook.com/1001_122101', '1001_122101'],
    ['instagram', 'https://www.instagram.com/p/DAbc-12_x/', 'DAbc-12_x'],
    ['linkedin', 'https://www.linkedin.com/feed/update/urn:li:share:7123/', 'urn:li:share:7123'],
    ['linkedin', 'https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7123', 'urn:li:ugcPost:7123'],
    ['facebook', 'http://localhost:7311/pages/1001#1001_5', '1001_5'],
  ])('on %s, %s, tells its id', (network, url, id) => {
    expect(publishedAddress(url, page(network))).toEqual({ providerPostId: id, permalink: new URL(url).href });
  });

  it.each<[PublishingNetwork, string]>([
    ['facebook', 'https://www.instagram.com/p/DAbc/'],
    ['instagram', 'https://instagram.com.evil.test/p/DAbc/'],
    ['instagram', 'https://www.instagram.com/mercatoaurora/'],
    ['linkedin', 'http://www.linkedin.com/feed/update/urn:li:share:7123'],
    ['linkedin', 'javascript:alert(1)'],
    ['facebook', 'http://localhost:9999/pages/1001#1001_5'],
    ['facebook', 'http://localhost:7311/pages/1001'],
  ])('on %s is not %s', (network, url) => {
    expect(publishedAddress(url, page(network))).toBeNull();
  });
});

function page(network: PublishingNetwork) {
  const simulated = { facebook: ['localhost:7311'], instagram: [], linkedin: [] };
  return { network, pageId: '1001', simulated };
}
