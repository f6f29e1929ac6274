import { z } from 'zod';
import {
  pauseMs,
  templateCategoryOf,
  type TemplateNews,
  type TemplateNotice,
  templateQualityOf,
  templateStatusOf,
} from '../../domain/template-news.ts';

/** One change of an account, as Meta's webhooks bring it. */
export interface AccountChange {
  readonly wabaId: string;
  /** Epoch seconds; `null`: Meta did not say. */
  readonly time: number | null;
  readonly field: string;
  readonly value: unknown;
}

const about = z.object({
  message_template_id: z.union([z.string(), z.number()]).transform(String),
  message_template_name: z.string(),
  message_template_language: z.string(),
});

const statusUpdate = z.object({
  event: z.string(),
  reason: z.string().nullish(),
  other_info: z.object({ title: z.string().nullish() }).nullish(),
  rejection_info: z.object({ reason: z.string().nullish() }).nullish(),
});
const qualityUpdate = z.object({ new_quality_score: z.string() });
// Told a day before with `correct_category` alone: nothing has changed then.
const categoryUpdate = z.object({ new_category: z.string() });

/**
 * What a change says of a template; `null` for every other field, and for words that nobody has documented. Source:
 * developers.facebook.com, "message_template_status_update", "message_template_quality_update",
 * "template_category_update" and "message_template_components_update webhook reference".
 */
export function templateNotice({ wabaId, time, field, value }: AccountChange, nowMs: number): TemplateNotice | null {
  if (!Object.hasOwn(readers, field)) return null;
  const subject = about.safeParse(value);
  if (!subject.success) return null;
  // Meta counts whole seconds: what has happened in the same one, after its beginning, must not count as younger.
  const at = time === null ? nowMs : time * 1_000 + 999;
  const news = readers[field]?.(value, at) ?? null;
  if (news === null) return null;
  const {
    message_template_id: providerId,
    message_template_name: name,
    message_template_language: language,
  } = subject.data;
  return { wabaId, providerId, name, language, at, news };
}

const readers: Readonly<Record<string, (value: unknown, at: number) => TemplateNews | null>> = {
  message_template_status_update: statusNews,
  message_template_quality_update: (value) => {
    const read = qualityUpdate.safeParse(value);
    return read.success ? { kind: 'quality', quality: templateQualityOf(read.data.new_quality_score) } : null;
  },
  template_category_update: (value) => {
    const read = categoryUpdate.safeParse(value);
    const category = read.success ? templateCategoryOf(read.data.new_category) : null;
    return category === null ? null : { kind: 'category', category };
  },
  message_template_components_update: () => ({ kind: 'components' }),
};

function statusNews(value: unknown, at: number): TemplateNews | null {
  const read = statusUpdate.safeParse(value);
  const status = read.success ? templateStatusOf(read.data.event) : null;
  if (!read.success || status === null) return null;
  const { reason, other_info: other, rejection_info: rejection } = read.data;
  const title = other?.title ?? '';
  const isRejection = status === 'rejected' || (reason ?? 'NONE') !== 'NONE';
  const lastsMs = status === 'paused' ? pauseMs(title) : null;
  return {
    kind: 'status',
    // A pause and its end are also told as a lock.
    status: title === 'UNPAUSE' ? 'approved' : status,
    rejection: isRejection ? (reason ?? 'NONE') : null,
    detail: rejection?.reason ?? null,
    pausedUntil: lastsMs === null ? null : at + lastsMs,
  };
}
