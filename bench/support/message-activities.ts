import { proxyActivities } from '@temporalio/workflow';

export interface MessageActivities {
  /** Sends one message; answers with the network's id of it. */
  sendOne(body: string): Promise<string>;
}

/** One activity for each message, as many at once as there are connections. */
export async function activityPerMessage(bodies: readonly string[], width: number): Promise<void> {
  const { sendOne } = proxyActivities<MessageActivities>({ startToCloseTimeout: '1 minute' });
  const queue = bodies.entries();
  const lane = async (): Promise<void> => {
    for (const [, body] of queue) await sendOne(body);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
