import { retryAfterMs } from '../http/retry.ts';

/**
 * How long Meta wants us to wait, in milliseconds: the longest of `Retry-After` and the estimates in its usage
 * headers; `null` if it names no time. App and page usage are percentages without a time, so they tell none.
 */
export function metaRetryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const wishes = [retryAfterMs(headers, nowMs), ...estimatesMs(headers['x-business-use-case-usage'])].filter(
    (wish) => wish !== null && wish > 0,
  );
  return wishes.length === 0 ? null : Math.max(...wishes.map(Number));
}

/** `{ "<business>": [{ "type", "call_count", …, "estimated_time_to_regain_access": <minutes> }] }` */
function estimatesMs(header: string | undefined): readonly number[] {
  if (header === undefined) return [];
  const usage = parsed(header);
  if (typeof usage !== 'object' || usage === null) return [];
  return Object.values(usage)
    .flatMap((entries: unknown) => (Array.isArray(entries) ? (entries as unknown[]) : []))
    .map((entry) =>
      typeof entry === 'object' && entry !== null && 'estimated_time_to_regain_access' in entry
        ? Number(entry.estimated_time_to_regain_access) * 60_000
        : Number.NaN,
    )
    .filter((estimate) => !Number.isNaN(estimate));
}

function parsed(header: string): unknown {
  try {
    return JSON.parse(header);
  } catch {
    return null;
  }
}
