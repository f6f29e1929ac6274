import { expect, it, test } from 'vitest';
import { failureReason } from '../../../src/domain/failure-reason.ts';
import { whatsappVerdict } from '../../../src/domain/whatsapp-verdict.ts';

it.each([
  [131_026, 'undeliverable'],
  [131_049, 'marketing_cap'],
  [131_050, 'stopped_marketing'],
  [131_047, 'window_closed'],
  [132_000, 'content'],
  [132_001, 'template'],
  [131_042, 'account'],
  [190, 'account'],
  [210, 'account'],
  [131_000, 'server'],
  [999_999, 'other'],
  [null, 'other'],
])('WhatsApp’s %s is told as %s', (code, reason) => expect(failureReason(code)).toBe(reason));

test('whatever stops an account is told as that', () => {
  const stops = Array.from({ length: 140_000 }, (_, code) => code).filter(
    (code) => whatsappVerdict({ code, attempt: 1 }).effect.kind === 'stop_account',
  );
  expect(stops.length).toBeGreaterThan(100);
  expect(new Set(stops.map(failureReason))).toEqual(new Set(['account']));
});
