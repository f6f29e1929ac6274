import { hasLapsed } from '../activities/renewed-access.ts';
import type { ReplyDesk, ReplyOutcome } from '../api/messages/reply-desk.ts';
import { ChannelError } from '../channels/channel.ts';
import type { SendReply } from '../channels/whatsapp/reply.ts';
import { opaqueOf } from '../domain/opaque-data.ts';
import { wordsOf } from '../channels/provider-words.ts';

const timeoutMs = 15_000;

/** Lets the API send what a member of the tenant writes to somebody. */
export function replyDeskWith(send: SendReply): ReplyDesk {
  return async ({ from, reference, ...reply }, { departWithinMs } = {}) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const providerMessageId = await send(from, { ...reply, opaque: opaqueOf(reference) }, { signal, departWithinMs });
      return { kind: 'accepted', providerMessageId };
    } catch (error) {
      if (error instanceof ChannelError) return outcomeOf(error);
      throw error;
    }
  };
}

function outcomeOf(error: ChannelError): ReplyOutcome {
  if (error.mayHaveActed) return { kind: 'lost' };
  const { grantProblem, missingScopes: missing } = error;
  if (grantProblem === null) return { kind: 'refused', ...wordsOf(error) };
  return { kind: 'grant_refused', problem: grantProblem, missing, lapsed: hasLapsed(error), ...wordsOf(error) };
}
