import type { ProviderWords } from '../../domain/connection-health.ts';
import type { MediaId } from '../../domain/ids.ts';
import type { NetworkTemplate } from '../../domain/template-news.ts';
import type { TemplateCategory, TemplateContent, TemplateStatus } from '../../domain/template.ts';
import type { GrantRefused, NetworkTrouble } from '../connections/probe.ts';

/** Whose templates, and the token that may manage them. */
export interface AccountAccess {
  readonly wabaId: string;
  readonly accessToken: string;
}

export interface Submission {
  /** `null`: WhatsApp does not know the template yet. */
  readonly providerId: string | null;
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  /** Whether WhatsApp may be told the category: it takes none for what it has approved. */
  readonly categoryIsFixed: boolean;
  readonly content: TemplateContent;
  /** Reads a sample that has not been uploaded yet; `null` if the file is gone. */
  readonly sample: (id: MediaId) => Promise<SampleFile | null>;
}

export interface SampleFile {
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** WhatsApp did not take it, and says why. */
export interface TemplateRefused extends ProviderWords {
  readonly kind: 'refused';
}

/** It was deleted at WhatsApp. */
export interface TemplateGone {
  readonly kind: 'gone';
}

export interface Submitted {
  readonly kind: 'submitted';
  readonly providerId: string;
  readonly status: TemplateStatus;
  readonly category: TemplateCategory;
  /** With the handles of the samples that were uploaded. */
  readonly content: TemplateContent;
}

export type DeskTrouble = GrantRefused | NetworkTrouble;

/** Speaks to WhatsApp about templates. Never throws for what the network does. */
export interface TemplateDesk {
  submit(
    access: AccountAccess,
    submission: Submission,
  ): Promise<Submitted | TemplateRefused | TemplateGone | DeskTrouble>;
  /** Deleting what is gone is success. */
  remove(
    access: AccountAccess,
    template: { readonly providerId: string; readonly name: string },
  ): Promise<{ readonly kind: 'removed' } | TemplateRefused | DeskTrouble>;
  /** Ends a pause that was made for pacing. */
  unpause(
    access: AccountAccess,
    providerId: string,
  ): Promise<{ readonly kind: 'unpaused' } | TemplateRefused | TemplateGone | DeskTrouble>;
  list(
    access: AccountAccess,
  ): Promise<
    { readonly kind: 'listed'; readonly templates: readonly NetworkTemplate[] } | TemplateRefused | DeskTrouble
  >;
}
