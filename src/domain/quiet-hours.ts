import { Temporal } from 'temporal-polyfill';
import type { CampaignZone, QuietHours } from './campaign.ts';
import { countryZones } from './country-zones.ts';
import type { Instant } from './ids.ts';

/** What is known of where somebody is. */
export interface Whereabouts {
  readonly timeZone: string | null;
  readonly country: string | null;
}

/** The clock that a person lives by: their own zone, else their country's if it has one, else the tenant's. */
export function recipientZone({ timeZone, country }: Whereabouts, tenantZone: string): string {
  if (timeZone !== null && isZone(timeZone)) return timeZone;
  return (country === null ? undefined : countryZones[country]) ?? tenantZone;
}

const known = new Map<string, boolean>();

/** Whether this is a zone with a name. A bare offset is none: it knows no summer. */
export function isZone(zone: string): boolean {
  const before = known.get(zone);
  if (before !== undefined) return before;
  const is = /^[A-Z]/i.test(zone) && namesZone(zone);
  if (known.size < 1_000) known.set(zone, is);
  return is;
}

function namesZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * The instant of a wall-clock time. One that a clock leaps over in spring is as much later as the leap is long; of one
 * that comes twice in autumn, the first counts.
 */
export function instantOf(localTime: string, zone: string): Instant {
  return Temporal.PlainDateTime.from(localTime).toZonedDateTime(zone, { disambiguation: 'compatible' })
    .epochMilliseconds;
}

/** The earliest instant from which somebody may be sent something: `at`, or the end of the quiet hours it falls into. */
export function afterQuietHours(at: Instant, zone: string, quiet: QuietHours | null): Instant {
  if (quiet === null || quiet.from === quiet.to) return at;
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = local.toPlainTime();
  const [from, to] = [Temporal.PlainTime.from(quiet.from), Temporal.PlainTime.from(quiet.to)];
  const overnight = Temporal.PlainTime.compare(from, to) > 0;
  const begun = Temporal.PlainTime.compare(time, from) >= 0;
  const over = Temporal.PlainTime.compare(time, to) >= 0;
  if (overnight ? !begun && over : !begun || over) return at;
  const day = local.toPlainDate().add({ days: overnight && begun ? 1 : 0 });
  // A clock that goes back may bring the end of the quiet hours before `at` in instants: never move backwards.
  return Math.max(at, instantOf(day.toPlainDateTime(to).toString(), zone));
}

export interface StartRules {
  /** Wall-clock time; null: at once. */
  readonly startsAtLocal: string | null;
  readonly zone: CampaignZone;
  readonly quietHours: QuietHours | null;
  readonly tenantZone: string;
}

/** When a message to somebody who lives by `zone` is due, for a campaign that starts no earlier than `now`. */
export function dueAt({ startsAtLocal, zone: whose, quietHours, tenantZone }: StartRules, zone: string, now: Instant) {
  const start = startsAtLocal === null ? now : instantOf(startsAtLocal, whose === 'tenant' ? tenantZone : zone);
  return afterQuietHours(Math.max(start, now), zone, quietHours);
}

/** Where a day begins first, at UTC+14. */
const firstZone = 'Pacific/Kiritimati';

/** When a campaign must be begun so that nobody's start is missed; null: at once. */
export function beginsAt({ startsAtLocal, zone, tenantZone }: Omit<StartRules, 'quietHours'>): Instant | null {
  if (startsAtLocal === null) return null;
  return instantOf(startsAtLocal, zone === 'tenant' ? tenantZone : firstZone);
}

/** Whether a text is a wall-clock time that some calendar day has. */
export function isLocalTime(text: string): boolean {
  try {
    Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}
