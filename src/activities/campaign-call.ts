import type { OutgoingMessage, SendAnswer, SendMessage } from '../channels/whatsapp/send.ts';
import type { ClaimedMessage, MessageResult } from '../db/campaign-ledger.ts';
import type { SendingVariant } from '../db/campaign-sending.ts';
import type { AuthorId, CampaignId, CampaignMessageId, TemplateId } from '../domain/ids.ts';
import { watchErrors } from '../domain/error-rate.ts';
import { messageValues } from '../domain/message-values.ts';
import { opaqueOf } from '../domain/opaque-data.ts';
import { componentsFor, missingValues } from '../domain/template-message.ts';
import { type AccountProblem, countsAsError, type RowOutcome, whatsappVerdict } from '../domain/whatsapp-verdict.ts';

/** What answers have said beyond their own rows, since it was last asked for. */
export interface Consequences {
  readonly tooFast: boolean;
  readonly pause: 'quality' | 'error_rate' | null;
  readonly account: { readonly problem: AccountProblem; readonly code: number | null } | null;
  readonly blocked: readonly TemplateId[];
  readonly suppressed: readonly AuthorId[];
}

/** The calls of one number for one campaign. */
export interface Caller {
  call(message: ClaimedMessage, attempt: number, departBy: number): Promise<MessageResult>;
  consequences(): Consequences;
  /** So many calls in a row have had no answer, or have not left. */
  silence(): number;
}

/** Makes the calls, and gathers what their answers mean for the others. */
export function campaignCaller(of: {
  readonly campaignId: CampaignId;
  readonly send: SendMessage;
  readonly variantOf: (key: string) => SendingVariant | null;
  /** Told of each message right before it leaves. */
  readonly onLeave: (id: CampaignMessageId) => void;
  readonly clock: () => number;
}): Caller {
  const { campaignId, clock } = of;
  const errors = watchErrors();
  let gathered = nothing();
  let silent = 0;

  return {
    async call(message, attempt, departBy) {
      const { id } = message;
      const variant = of.variantOf(message.variant);
      const outgoing = variant === null ? null : messageFor(message, { variant, campaignId });
      // A value is missing that WhatsApp insists on; the plan was checked for this, the template has changed since.
      if (variant === null || outgoing === null) return { id, kind: 'failed', code: null };
      const answer = await of.send(outgoing, { departBy, onLeave: () => of.onLeave(id) });
      silent = answer.kind === 'lost' || answer.kind === 'not_sent' ? silent + 1 : 0;
      return resultOf(answer, { message, attempt, variant });
    },
    consequences() {
      const result = errors.isTooHigh() ? { ...gathered, pause: gathered.pause ?? ('error_rate' as const) } : gathered;
      gathered = nothing();
      return result;
    },
    silence: () => silent,
  };

  function resultOf(
    answer: SendAnswer,
    { message, attempt, variant }: { message: ClaimedMessage; attempt: number; variant: SendingVariant },
  ): MessageResult {
    const { id } = message;
    switch (answer.kind) {
      case 'accepted':
        errors.note(false);
        return {
          id,
          kind: 'sent',
          providerMessageId: answer.messageId,
          ...(answer.heldBack ? { heldBack: true } : {}),
        };
      case 'lost':
        return { id, kind: 'unconfirmed' };
      case 'not_sent':
        return { id, kind: 'again', dueAt: new Date(clock() + unsentPauseMs), counts: false, code: null };
      case 'refused': {
        const { code } = answer;
        const { row, effect } = whatsappVerdict({ code, attempt });
        errors.note(row.kind === 'failed' && countsAsError(code));
        if (effect.kind === 'slow_down') gathered = { ...gathered, tooFast: true };
        if (effect.kind === 'pause') gathered = { ...gathered, pause: effect.reason };
        if (effect.kind === 'stop_account') gathered = { ...gathered, account: { problem: effect.problem, code } };
        if (effect.kind === 'block_template') {
          gathered = { ...gathered, blocked: [...gathered.blocked, variant.templateId] };
        }
        if (row.kind === 'suppressed') {
          gathered = { ...gathered, suppressed: [...gathered.suppressed, message.authorId] };
        }
        return settled(message, row, code);
      }
    }
  }

  function settled({ id, capped }: ClaimedMessage, row: RowOutcome, code: number | null): MessageResult {
    switch (row.kind) {
      case 'failed':
        return { id, kind: 'failed', code };
      case 'suppressed':
        return { id, kind: 'skipped', reason: 'stopped_marketing', code };
      case 'again':
        return { id, kind: 'again', dueAt: new Date(clock() + row.afterMs), counts: row.counts, code };
      case 'capped':
        if (capped) return { id, kind: 'skipped', reason: 'marketing_cap', code };
        return { id, kind: 'again', dueAt: new Date(clock() + row.afterMs), counts: true, code, capped: true };
    }
  }
}

/** What could not leave is not tried again at once: the network may be away. */
const unsentPauseMs = 2_000;

const nothing = (): Consequences => ({ tooFast: false, pause: null, account: null, blocked: [], suppressed: [] });

/** Null: the template wants a value that this message has not. */
function messageFor(
  { id, phone, externalId, name, attributes }: ClaimedMessage,
  { variant, campaignId }: { variant: SendingVariant; campaignId: CampaignId },
): OutgoingMessage | null {
  const { content, variables } = variant;
  const values = messageValues(variables, { name, attributes });
  if (content === null || missingValues(content, values).length > 0) return null;
  // Marked rows have one of the two.
  const to = phone === null ? { userId: externalId ?? '' } : { phone };
  return {
    rowId: opaqueOf({ kind: 'campaign', campaignId, id }),
    to,
    content: {
      kind: 'template',
      name: variant.name,
      language: variant.language,
      components: componentsFor(content, values),
    },
  };
}
