import { describe, expect, it } from 'vitest';
import {
  grantsAccess,
  grantsPicture,
  type MediaGrant,
  signedMediaUrl,
  signedPictureUrl,
} from '../../src/platform/signed-url.ts';

describe('a signed media address', () => {
  it('opens the file that it was made for, until it expires', () => {
    expect(opens(address(), { at: noon })).toBe(true);
    expect(opens(address(), { at: noon + 10 * 60_000 })).toBe(false);
  });

  it('cannot be given more time', () => {
    expect(opens(address(), { at: noon, with: { expires: seconds(noon) + 86_400 } })).toBe(false);
  });

  it.each([
    { tenantId: '01900000-0000-7000-8000-00000000000f' },
    { mediaId: '01900000-0000-7000-8000-00000000000e' },
    { kind: 'original' as const },
  ])('does not open another file: %o', (other) => {
    expect(opens(address(), { at: noon, with: other })).toBe(false);
  });

  it('is worth nothing under another key', () => {
    expect(opens(address('another-key-another-key-another-k'), { at: noon })).toBe(false);
  });

  it.each(['', 'x', 'ü'.repeat(43)])('refuses a signature of another shape: "%s"', (signature) => {
    expect(opens(address(), { at: noon, with: { signature } })).toBe(false);
  });
});

describe('a signed address of a picture', () => {
  const picture = { tenantId: '01900000-0000-7000-8000-000000000001', sha256: 'a'.repeat(64) };
  const opensAt = (now: number, changes: Partial<typeof picture> = {}) => {
    const url = new URL(
      signedPictureUrl({ publicUrl: 'https://api.test', urlKey: key }, { ...picture, expiresAt: noon }),
    );
    const expires = Number(url.searchParams.get('expires'));
    const signature = url.searchParams.get('signature') ?? '';
    return grantsPicture(key, { ...picture, ...changes, expires, signature, now });
  };

  it('opens the picture that it was made for, until it expires', () => {
    expect([opensAt(noon - 1_000), opensAt(noon)]).toEqual([true, false]);
  });

  it.each([{ tenantId: '01900000-0000-7000-8000-00000000000f' }, { sha256: 'b'.repeat(64) }])(
    'does not open another one: %o',
    (other) => expect(opensAt(noon - 1_000, other)).toBe(false),
  );
});

const noon = Date.UTC(2026, 10, 24, 12);
const key = 'a-key-of-at-least-thirty-two-chars';
const grant: MediaGrant = {
  tenantId: '01900000-0000-7000-8000-000000000001',
  mediaId: '01900000-0000-7000-8000-000000000002',
  kind: 'jpeg',
  expiresAt: noon + 10 * 60_000,
};

function address(urlKey = key): URL {
  return new URL(signedMediaUrl({ publicUrl: 'https://chorally.test', urlKey }, grant));
}

function opens(url: URL, { at, with: other }: { at: number; with?: Partial<Parameters<typeof grantsAccess>[1]> }) {
  const [, , tenantId = '', mediaId = ''] = url.pathname.split('/');
  const expires = Number(url.searchParams.get('expires'));
  const signature = url.searchParams.get('signature') ?? '';
  return grantsAccess(key, { tenantId, mediaId, kind: 'jpeg', expires, signature, now: at, ...other });
}

const seconds = (ms: number) => Math.floor(ms / 1_000);
