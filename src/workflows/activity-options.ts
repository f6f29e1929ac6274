import type { ActivityOptions } from '@temporalio/workflow';

/** Work on our own database: idempotent by a unique key or a compare-and-set, so it may be repeated for ever. */
export const dbOp: ActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/** A question to a network: repeatable, and given up after about four minutes. */
export const providerRead: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 8 },
  cancellationType: 'TRY_CANCEL',
};

/**
 * A call that does no harm when it is made twice: uploads and containers that nobody sees. A long film takes minutes to
 * upload; the heartbeat tells earlier that its worker is gone.
 */
export const providerKeyed: ActivityOptions = {
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '2 minutes', maximumAttempts: 6 },
  cancellationType: 'TRY_CANCEL',
};

/**
 * The irreversible call: one attempt, whatever happens. The heartbeat tells within seconds that its worker is gone; a
 * row in `publish_attempt` then tells whether the call may have gone out.
 */
export const providerUnkeyed: ActivityOptions = {
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
  cancellationType: 'TRY_CANCEL',
};

/**
 * Taking a grant back: harmless twice. Tried at least hourly until the activity itself, which knows since when, gives up
 * and throws the tokens away all the same.
 */
export const providerRevoke: ActivityOptions = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '1 hour' },
  cancellationType: 'TRY_CANCEL',
};

/**
 * Work on many connections, as long as some is due: ten minutes and what is then in hand. Repeated for ever, since what
 * it leaves undone is found in the database. The heartbeat comes seldom: each is billed, and nobody waits for a slice.
 */
export const slice: ActivityOptions = {
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
  cancellationType: 'TRY_CANCEL',
};

/**
 * Ten minutes of a campaign's sending, or one pass over its ledger. The heartbeat carries how far it is, so that another
 * worker goes on from there within seconds; repeated for ever, since every row tells itself what may be done with it.
 */
export const campaignWork: ActivityOptions = {
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '5 seconds',
  // Each worker that dies counts as a try: the next must not wait longer for the deaths of others.
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 seconds' },
  cancellationType: 'TRY_CANCEL',
};

/**
 * A command that answers when the last call has left, which takes a second. Harmless twice; if the worker that was asked
 * dies, another is asked within the ten seconds that a caller waits.
 */
export const campaignStop: ActivityOptions = {
  startToCloseTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds' },
};
