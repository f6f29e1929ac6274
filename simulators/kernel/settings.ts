import { z } from 'zod';
import type { Store } from './store.ts';

const percent = z.number().min(0).max(1000);

export const settingsSchema = z.strictObject({
  processingDelayMs: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .describe('How long a container or an uploaded image is being processed before it is ready.'),
  listingDelayMs: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .describe('How long after its publication a post is still missing from the listings.'),
  containerLifetimeMs: z
    .number()
    .int()
    .min(1)
    .describe('After how long an unpublished container or an unused upload URL has expired.'),
  duplicateWindowMs: z.number().int().min(0).describe('For how long LinkedIn refuses to take the same post again.'),
  publishingQuota: z.number().int().min(0).describe('Instagram posts per account in 24 hours.'),
  dailyCallLimit: z
    .number()
    .int()
    .min(0)
    .nullable()
    .describe('LinkedIn calls per token and UTC day before it answers 429; null for no limit.'),
  accessTokenLifetimeMs: z
    .number()
    .int()
    .min(1)
    .nullable()
    .describe('How long new access tokens live; null for the network’s own time.'),
  refreshTokenLifetimeMs: z
    .number()
    .int()
    .min(1)
    .nullable()
    .describe('How long new refresh tokens live; null for the network’s own time.'),
  listPageSize: z
    .number()
    .int()
    .min(1)
    .nullable()
    .describe('How many entries a page of a list has at most; null for the network’s own number.'),
  templateReviewMs: z
    .number()
    .int()
    .min(0)
    .max(86_400_000)
    .describe('How long WhatsApp reviews a template that was handed in or edited.'),
  appWebhookUrl: z
    .url()
    .nullable()
    .describe("Where Meta sends the app's webhooks of its own accord; null for nowhere."),
  usage: z
    .strictObject({
      callCount: percent,
      totalCpuTime: percent,
      totalTime: percent,
      estimatedTimeToRegainAccessMin: z.number().int().min(0),
    })
    .describe("What Meta's usage headers say, in percent and minutes."),
});

export type Settings = z.infer<typeof settingsSchema>;

export const settingsChange = settingsSchema
  .partial()
  .extend({ usage: settingsSchema.shape.usage.partial().optional() })
  .describe('The settings to change; the rest stays as it is.');

export const defaultSettings: Settings = {
  processingDelayMs: 300,
  listingDelayMs: 0,
  containerLifetimeMs: 86_400_000,
  duplicateWindowMs: 86_400_000,
  publishingQuota: 100,
  dailyCallLimit: null,
  accessTokenLifetimeMs: null,
  refreshTokenLifetimeMs: null,
  listPageSize: null,
  templateReviewMs: 2_000,
  appWebhookUrl: null,
  usage: { callCount: 1, totalCpuTime: 1, totalTime: 1, estimatedTimeToRegainAccessMin: 0 },
};

export interface SettingsStore {
  current(): Settings;
  change(change: z.infer<typeof settingsChange>): Settings;
}

/** The settings as last changed; they survive a restart, and a reset brings back `initial`. */
export function openSettings(store: Store, initial: Settings): SettingsStore {
  const settings = store.collection<Settings>('settings');
  const current = (): Settings => settings.get('current') ?? initial;
  return {
    current,
    change: (change) => {
      const before = current();
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      settings.put(
        'current',
        settingsSchema.parse({ ...before, ...given, usage: { ...before.usage, ...change.usage } }),
      );
      return current();
    },
  };
}
