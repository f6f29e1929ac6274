import type { NotificationKind } from '../domain/notification.ts';
import type { RemedyCode } from '../domain/remedy.ts';

/**
 * Everything that e-mails and cards say, in one language, as ICU messages (unicode.org/icu: `{name}`, `{n, plural, …}`,
 * `{code, select, …}`). What is put in for a name is never read as a message itself.
 */
export interface Catalogue {
  /** Subject and first sentence, and the line in a list: of posts and campaigns `{actor}`, `{post}`, `{outcome}`, `{about}`: `post` or `campaign`; of connections `{page}`, `{network}`; of campaigns also `{campaign}`, `{reason}`. */
  readonly told: Readonly<Record<NotificationKind, string>>;
  /** What the recipient can do, or why they hear of it: `{actor}`, `{outcome}`, `{about}`; `{network}`, `{state}`, `{cause}`, `{passedSlots}`; `{reason}`, `{problem}`. */
  readonly asked: Readonly<Record<NotificationKind, string>>;
  /** The post, when it has no text to be called by. */
  readonly untitled: string;
  /** Who, when nobody is named. */
  readonly somebody: string;
  readonly greeting: string;
  /** `{pages}`: a number; `{slot}`: an instant in words. */
  readonly plan: string;
  readonly planWithoutSlot: string;
  /** `{deadline}`: an instant in words. */
  readonly deadline: string;
  /** `{days}`, `{hours}`, `{minutes}`: numbers; one of the three is asked for. */
  readonly daysLeft: string;
  readonly hoursLeft: string;
  readonly minutesLeft: string;
  readonly overdue: string;
  readonly postSays: string;
  /** `{actor}` */
  readonly commentSays: string;
  readonly open: string;
  readonly openConnection: string;
  readonly openCampaign: string;
  /** `{since}`: an instant in words. */
  readonly since: string;
  /** `{posts}`: a number above zero. */
  readonly waiting: string;
  /** `{tenant}` */
  readonly footer: string;
  /** What a person can do about a connection: `{network}`, `{count}`, `{permissions}`: a list in words, may be empty. */
  readonly remedies: Readonly<Record<RemedyCode, string>>;
}
