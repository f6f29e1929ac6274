import type { AccountProblem } from './whatsapp-verdict.ts';

/** Why a campaign sends nothing from one of its numbers: WhatsApp has refused not a message but its sender. */
export interface NumberStop {
  readonly problem: AccountProblem;
  /** Its connection was made anew since. */
  readonly renewed: boolean;
}

/**
 * Whether the cause has gone, as far as a connection that works can tell. A grant that is refused is noted there, and its
 * repair is seen there; whether an account is paid for or a number is registered, the best of connections does not know.
 */
export function isLifted({ problem, renewed }: NumberStop): boolean {
  return renewed || !canBeAsked(problem);
}

/** Whether WhatsApp, asked how the number is, would say that it may send again. */
export function canBeAsked(problem: AccountProblem): boolean {
  return problem !== 'token' && problem !== 'permission';
}
