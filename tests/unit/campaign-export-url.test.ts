import { expect, test } from 'vitest';
import { grantsExport, grantsPicture, signedExportUrl } from '../../src/platform/signed-url.ts';

const urlKey = 'a key of a test';
const grant = { tenantId: 'aurora', campaignId: 'natale', expiresAt: 1_800_000_000_500 };

test('an address of a ledger holds for one campaign of one tenant, until it expires, and for nothing else', () => {
  const url = new URL(signedExportUrl({ publicUrl: 'https://api.test', urlKey }, grant));
  expect(url.pathname).toBe('/exports/campaigns/aurora/natale');
  const [expires, signature] = [Number(url.searchParams.get('expires')), String(url.searchParams.get('signature'))];
  const asked = { tenantId: 'aurora', campaignId: 'natale', expires, signature, now: 1_799_999_999_000 };
  expect(grantsExport(urlKey, asked)).toBe(true);
  expect(grantsExport(urlKey, { ...asked, campaignId: 'pasqua' })).toBe(false);
  expect(grantsExport(urlKey, { ...asked, tenantId: 'lariana' })).toBe(false);
  expect(grantsExport(urlKey, { ...asked, expires: expires + 1 })).toBe(false);
  expect(grantsExport(urlKey, { ...asked, now: 1_800_000_000_000 })).toBe(false);
  expect(grantsExport('another key', asked)).toBe(false);
  expect(grantsPicture(urlKey, { ...asked, sha256: 'natale' })).toBe(false);
});
