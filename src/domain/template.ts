import type { MediaId } from './ids.ts';

/** WhatsApp's kinds of template; each has its own price and rules. */
export const templateCategories = ['marketing', 'utility', 'authentication'] as const;
export type TemplateCategory = (typeof templateCategories)[number];

/** `draft` is ours: it has not been submitted yet. The rest is WhatsApp's word. */
export const templateStatuses = [
  'draft',
  'pending',
  'approved',
  'rejected',
  'paused',
  'disabled',
  'in_appeal',
  'flagged',
  'archived',
  'limit_exceeded',
  'pending_deletion',
  'deleted',
] as const;
export type TemplateStatus = (typeof templateStatuses)[number];

export const templateQualities = ['green', 'yellow', 'red', 'unknown'] as const;
export type TemplateQuality = (typeof templateQualities)[number];

/** What a template says. Variables are `{{1}}` or `{{first_name}}`, as `parameterFormat` has it. */
export interface TemplateContent {
  readonly parameterFormat: 'positional' | 'named';
  readonly header: TemplateHeader | null;
  readonly body: TemplateText;
  readonly footer: string | null;
  readonly buttons: readonly TemplateButton[];
  /** Each with a picture or film of the same kind, and the same buttons. */
  readonly cards: readonly TemplateCard[];
}

/** Words with variables, and a sample value for each, in their order or by their names. */
export interface TemplateText {
  readonly text: string;
  readonly examples: Readonly<Record<string, string>>;
}

export type TemplateHeader = ({ readonly kind: 'text' } & TemplateText) | TemplateMedia | { readonly kind: 'location' };

export interface TemplateMedia {
  readonly kind: 'image' | 'video' | 'document';
  /** Our file that is the sample; null where the template was made elsewhere. */
  readonly mediaId: MediaId | null;
  /** What the network gave for the sample; null until it has been uploaded. */
  readonly handle: string | null;
}

export type TemplateButton =
  | { readonly kind: 'quick_reply'; readonly label: string }
  /** One variable at the end at most. */
  | { readonly kind: 'url'; readonly label: string; readonly url: string; readonly example: string | null }
  | { readonly kind: 'phone_number'; readonly label: string; readonly phone: string }
  | { readonly kind: 'copy_code'; readonly example: string };

export interface TemplateCard {
  readonly header: TemplateMedia;
  readonly body: TemplateText;
  readonly buttons: readonly TemplateButton[];
}

/** Where a message's value for a variable comes from; the default is taken where there is none. */
export type VariableSource =
  | { readonly from: 'attribute'; readonly name: string; readonly default: string }
  | { readonly from: 'name'; readonly default: string }
  | { readonly from: 'fixed'; readonly value: string };

/** By the place of the variable in the template: `body.first_name`, `header.1`, `button.0`, `card.2.body.1`. */
export type VariableSources = Readonly<Record<string, VariableSource>>;
