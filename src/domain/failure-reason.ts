import { whatsappVerdict } from './whatsapp-verdict.ts';

/** Why somebody could not be written to, in a few words that people can count by. WhatsApp has a code for each case. */
export const failureReasons = [
  /** No WhatsApp there, an old one, or terms that were not accepted. */
  'undeliverable',
  /** They have been sent enough marketing by others. */
  'marketing_cap',
  /** They have told WhatsApp that they want none. */
  'stopped_marketing',
  /** WhatsApp tries what happens without marketing. */
  'experiment',
  'window_closed',
  /** It is a test number's list, or the number itself. */
  'recipient_not_allowed',
  /** Values or files that do not fit the template. */
  'content',
  /** It is missing, paused, disabled, or says what WhatsApp refuses. */
  'template',
  /** Too many at once, to one person or from one number. */
  'rate',
  /** The number, its account or our grant was out of order. */
  'account',
  /** Recipients have reported the number too often. */
  'quality',
  /** WhatsApp was in trouble, however often it was tried. */
  'server',
  'other',
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** The reason behind a code of WhatsApp's; `other` for one that nobody has taught us, or none. */
export function failureReason(code: number | null): FailureReason {
  if (code === null) return 'other';
  const known = reasons.get(code);
  if (known !== undefined) return known;
  return whatsappVerdict({ code, attempt: 1 }).effect.kind === 'stop_account' ? 'account' : 'other';
}

const codes: Readonly<Partial<Record<FailureReason, readonly number[]>>> = {
  undeliverable: [131_026],
  marketing_cap: [131_049],
  stopped_marketing: [131_050],
  experiment: [130_472],
  window_closed: [131_047],
  recipient_not_allowed: [131_021, 131_030, 131_062, 137_000],
  content: [100, 131_008, 131_009, 131_051, 131_052, 131_053, 132_000, 132_008, 132_012, 132_018],
  template: [132_001, 132_005, 132_007, 132_015, 132_016],
  rate: [4, 80_007, 130_429, 131_056],
  quality: [131_048, 131_064],
  server: [1, 2, 131_000, 131_016, 131_057, 133_016, 135_000],
};

const reasons: ReadonlyMap<number, FailureReason> = new Map(
  failureReasons.flatMap((reason) => (codes[reason] ?? []).map((code) => [code, reason] as const)),
);
