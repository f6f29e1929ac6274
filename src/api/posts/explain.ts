import { selectLastApproval } from '../../db/approval-read.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import { selectPost, type StoredPost } from '../../db/post.ts';
import { firstCallAt } from '../../db/publish-attempt.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ApprovalOutcome } from '../../domain/approval.ts';
import type { PostId, UserId } from '../../domain/ids.ts';
import type { ProblemDetails, Refused } from '../problem.ts';
import type { ActContext, RefusalFacts } from '../route-context.ts';
import type { CommandCode } from './post-problems.ts';
import { outcomeWords } from './sentences.ts';
import { timelineOf } from './timeline.ts';
import { wrongState } from './wrong-state.ts';

export type Explainer = Pick<ActContext<unknown, unknown, unknown, CommandCode>, 'caller' | 'refuse'>;

/** What a refusal of a process says to the caller: its facts as members, with names and instants that can be read. */
export async function explainRefusal(
  trx: TenantTransaction,
  code: string,
  facts: RefusalFacts,
  postId: PostId,
): Promise<ProblemDetails> {
  const at = typeof facts['at'] === 'number' ? new Date(facts['at']) : null;
  const by = typeof facts['by'] === 'string' ? (facts['by'] as UserId) : null;
  switch (code) {
    case 'too_late':
      return tooLate(at);
    case 'already_cancelled':
      return cancelledBy(trx, by, at);
    case 'already_publishing':
      return sentBy(trx, by, at);
    case 'settled':
      return explainSettlement(trx, facts);
    case 'wrong_state': {
      const state = (await selectPost(trx, postId))?.status ?? null;
      return { detail: `The post is ${String(state).replaceAll('_', ' ')}.`, extensions: { state } };
    }
    case 'stale_version':
      return { extensions: { currentVersion: (await selectPost(trx, postId))?.version ?? null } };
    default:
      return {};
  }
}

/** How the approval that a command came too late for was settled, by whom and when. */
export function explainSettlement(trx: TenantTransaction, facts: RefusalFacts): Promise<ProblemDetails> {
  const at = typeof facts['at'] === 'number' ? new Date(facts['at']) : null;
  const by = typeof facts['by'] === 'string' ? (facts['by'] as UserId) : null;
  return settledBy(trx, facts['outcome'] as ApprovalOutcome, by, at);
}

/** Why a post whose process has ended takes no command: whoever came first is named. */
export async function explainEnd(
  trx: TenantTransaction,
  { caller, refuse }: Explainer,
  post: StoredPost,
): Promise<Refused> {
  const { status, id: postId } = post;
  if (status === 'cancelled') {
    const event = (await timelineOf(trx, post)).findLast(({ kind }) => kind === 'post.cancelled');
    return refuse('already_cancelled', await cancelledBy(trx, event?.actor_id ?? null, event?.at ?? null));
  }
  const called = await firstCallAt(trx, { tenantId: caller.tenantId, postId });
  if (called !== null) return refuse('too_late', tooLate(called));
  const approval = await selectLastApproval(trx, postId);
  if (approval !== undefined && approval.outcome !== null && approval.outcome === status) {
    const { outcome, settled_by: by, settled_at: at } = approval;
    return refuse('settled', await settledBy(trx, outcome, by, at));
  }
  return wrongState({ refuse }, status);
}

export async function settledBy(
  trx: TenantTransaction,
  outcome: ApprovalOutcome,
  by: UserId | null,
  at: Date | null,
): Promise<ProblemDetails> {
  const person = await named(trx, by);
  return {
    detail: `The approval was ${outcomeWords(outcome)}${person === null ? '' : ` by ${person.name}`}${since(at)}.`,
    extensions: { outcome, by: person, at: at?.toISOString() ?? null },
  };
}

async function cancelledBy(trx: TenantTransaction, by: UserId | null, at: Date | null): Promise<ProblemDetails> {
  const person = await named(trx, by);
  return {
    detail: `The post was cancelled${person === null ? '' : ` by ${person.name}`}${since(at)}.`,
    extensions: { by: person, at: at?.toISOString() ?? null },
  };
}

async function sentBy(trx: TenantTransaction, by: UserId | null, at: Date | null): Promise<ProblemDetails> {
  const person = await named(trx, by);
  return {
    detail: `The post is going out${person === null ? '' : `: ${person.name} said so`}${since(at)}.`,
    extensions: { by: person, at: at?.toISOString() ?? null },
  };
}

function tooLate(at: Date | null): ProblemDetails {
  return {
    detail: `Publication began${since(at)}.`,
    extensions: { at: at?.toISOString() ?? null },
  };
}

async function named(trx: TenantTransaction, id: UserId | null): Promise<{ id: UserId; name: string } | null> {
  if (id === null) return null;
  const names = await selectMemberNames(trx, [id]);
  return { id, name: names.get(id) ?? '' };
}

function since(at: Date | null): string {
  return at === null ? '' : ` at ${at.toISOString()}`;
}
