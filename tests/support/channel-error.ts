import { ChannelError } from '../../src/channels/channel.ts';

/** The error with which a network refuses a call; that it refuses is part of the test. */
export async function channelErrorOf(promise: Promise<unknown> | undefined): Promise<ChannelError> {
  const outcome: unknown = await Promise.resolve(promise).then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof ChannelError) return outcome;
  throw new Error(`Expected a ChannelError, got ${String(outcome)}`);
}
