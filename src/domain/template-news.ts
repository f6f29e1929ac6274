import type { TemplateCategory, TemplateContent, TemplateQuality, TemplateStatus } from './template.ts';

/** What the network says of one template, when it is asked. */
export interface NetworkTemplate {
  readonly providerId: string;
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly status: TemplateStatus;
  readonly rejection: string | null;
  readonly quality: TemplateQuality;
  /** `null`: it has parts that we do not know. */
  readonly content: TemplateContent | null;
}

/** What the network tells of a template of its own accord. */
export interface TemplateNotice {
  readonly wabaId: string;
  readonly providerId: string;
  readonly name: string;
  readonly language: string;
  /** Epoch milliseconds by the network: older news than what is known already changes nothing. */
  readonly at: number;
  readonly news: TemplateNews;
}

export type TemplateNews =
  | {
      readonly kind: 'status';
      readonly status: TemplateStatus;
      /** WhatsApp's code for a rejection. */
      readonly rejection: string | null;
      /** Its words for it. */
      readonly detail: string | null;
      /** Until when it is paused, where the kind of pause tells. */
      readonly pausedUntil: number | null;
    }
  | { readonly kind: 'quality'; readonly quality: TemplateQuality }
  | { readonly kind: 'category'; readonly category: TemplateCategory }
  /** It was edited: what it says now is to be read. */
  | { readonly kind: 'components' };

const statuses: Readonly<Record<string, TemplateStatus>> = {
  PENDING: 'pending',
  APPROVED: 'approved',
  REINSTATED: 'approved',
  UNARCHIVED: 'approved',
  REJECTED: 'rejected',
  PAUSED: 'paused',
  // Told of pauses, with the kind of pause beside it.
  LOCKED: 'paused',
  DISABLED: 'disabled',
  IN_APPEAL: 'in_appeal',
  FLAGGED: 'flagged',
  ARCHIVED: 'archived',
  LIMIT_EXCEEDED: 'limit_exceeded',
  PENDING_DELETION: 'pending_deletion',
  DELETED: 'deleted',
};

/** WhatsApp's word for a status as ours; `null` for one that nobody has documented. */
export function templateStatusOf(word: string): TemplateStatus | null {
  return Object.hasOwn(statuses, word) ? (statuses[word] ?? null) : null;
}

/** WhatsApp's word for a category; `null` for one of its own kinds that we cannot make. */
export function templateCategoryOf(word: string): TemplateCategory | null {
  const lower = word.toLowerCase();
  return lower === 'marketing' || lower === 'utility' || lower === 'authentication' ? lower : null;
}

/** WhatsApp's word for a quality; what it has not judged yet is unknown. */
export function templateQualityOf(word: string): TemplateQuality {
  const lower = word.toLowerCase();
  return lower === 'green' || lower === 'yellow' || lower === 'red' ? lower : 'unknown';
}

const hourMs = 60 * 60_000;

/** For how long a pause lasts by its kind: three hours, then six; how long one for pacing lasts, nobody says. */
export function pauseMs(title: string): number | null {
  if (title === 'FIRST_PAUSE') return 3 * hourMs;
  return title === 'SECOND_PAUSE' ? 6 * hourMs : null;
}

/** Whether two contents read the same to a recipient, whatever samples they were shown with. */
export function readsTheSame(a: TemplateContent, b: TemplateContent): boolean {
  return JSON.stringify(read(a)) === JSON.stringify(read(b));
}

function read({ parameterFormat, header, body, footer, buttons, cards }: TemplateContent): unknown {
  return [
    parameterFormat,
    header === null ? null : [header.kind, header.kind === 'text' ? header.text : ''],
    body.text,
    footer,
    buttonsOf(buttons),
    cards.map((card) => [card.header.kind, card.body.text, buttonsOf(card.buttons)]),
  ];
}

function buttonsOf(buttons: TemplateContent['buttons']): unknown {
  return buttons.map((button) => {
    switch (button.kind) {
      case 'quick_reply':
        return [button.kind, button.label];
      case 'url':
        return [button.kind, button.label, button.url];
      case 'phone_number':
        // WhatsApp gives numbers back without their spaces, and not always with the plus.
        return [button.kind, button.label, button.phone.replaceAll(/\D/g, '')];
      case 'copy_code':
        return [button.kind];
    }
  });
}
