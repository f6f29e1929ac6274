import type { UpdateDefinition } from '@temporalio/common';

/** How a command ended that was delivered, or why it could not be. */
export type CommandOutcome<Answer> =
  | { readonly kind: 'accepted'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly code: string; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly kind: 'finished' }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'unreachable' };

export interface CommandSender {
  send<Answer, Args extends unknown[]>(
    update: UpdateDefinition<Answer, Args>,
    target: { readonly workflowId: string; readonly updateId: string; readonly args: Args },
  ): Promise<CommandOutcome<Answer>>;
}
