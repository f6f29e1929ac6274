import type { World } from '../../kernel/world.ts';
import type { Sender, Statuses } from './statuses.ts';
import type { TakenMessage } from './messages.ts';
import { messaging, type MessagingSettings } from './settings.ts';

export type HeldAs = MessagingSettings['heldAs'];

/**
 * WhatsApp's pacing of templates: the first messages of one go out, and the rest is held until there is a word on what
 * people make of it. When that comes, and what it is, the control API says.
 */
export interface Pacing {
  /** How a message of a template is taken now; null: it goes out at once. */
  take(templateId: string): HeldAs | null;
  hold(message: TakenMessage, held: { readonly templateId: string; readonly from: Sender }): void;
  isHeld(messageId: string): boolean;
  /** People like it: what was held goes out, and nothing more of this template is held. Answers how many there were. */
  release(templateId: string): number;
  /** They do not: what was held is dropped. */
  drop(templateId: string): number;
}

interface Course {
  /** So many have gone out since it is paced. */
  readonly out: number;
  readonly released: boolean;
}

interface Held {
  readonly message: TakenMessage;
  readonly templateId: string;
  readonly from: Sender;
}

/** What is held, and how far templates have come, survives a restart as everything does. */
export function openPacing(world: World, statuses: Statuses): Pacing {
  const courses = world.store.collection<Course>('whatsapp-pacing');
  const waiting = world.store.collection<Held>('whatsapp-held');

  function end(templateId: string, tell: (held: Held) => void): number {
    const held = waiting.values().filter((each) => each.templateId === templateId);
    for (const each of held) {
      waiting.remove(each.message.id);
      tell(each);
    }
    return held.length;
  }

  return {
    take(templateId) {
      const { pacedAfter, heldAs } = messaging(world);
      if (pacedAfter === null) return null;
      const { out, released } = courses.get(templateId) ?? unknown;
      if (released) return null;
      if (out >= pacedAfter) return heldAs;
      courses.put(templateId, { out: out + 1, released });
      return null;
    },
    hold: (message, held) => waiting.put(message.id, { message, ...held }),
    isHeld: (messageId) => waiting.get(messageId) !== null,
    release(templateId) {
      courses.put(templateId, { out: 0, released: true });
      return end(templateId, ({ message, from }) => statuses.follow({ ...message, at: Date.now() }, from));
    },
    drop(templateId) {
      // Whoever has the template's pause ended is paced again.
      courses.remove(templateId);
      return end(templateId, ({ message, from }) => statuses.fail({ ...message, at: Date.now() }, from, dropped));
    },
  };
}

const unknown: Course = { out: 0, released: false };

/** Source: Meta's "Template pacing" and what others have met: the template is paused, and each message held fails so. */
const dropped = {
  code: 132_015,
  title: 'Template is Paused',
  details: 'Template is paused due to low quality so it cannot be sent in a template message.',
};
