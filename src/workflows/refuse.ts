import { ApplicationFailure } from '@temporalio/workflow';

/** The failure of a command that is refused: the refusal's code as type, the whole of it as the one detail. */
export function refused<R extends { readonly code: string }>(refusal: R): ApplicationFailure {
  return ApplicationFailure.create({
    type: refusal.code,
    message: refusal.code,
    nonRetryable: true,
    details: [refusal],
    category: 'BENIGN',
  });
}
