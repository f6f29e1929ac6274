import { proxyActivities, sleep } from '@temporalio/workflow';

export interface SleepingInput {
  readonly tenantId: string;
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly firstAt: number;
}

export interface SleepingActivities {
  /** Returns when to come again, in milliseconds from now. */
  renewOne(input: SleepingInput): Promise<number>;
}

/** What the slices are measured against: one workflow per connection that sleeps until its token is to be renewed. */
export async function sleepingRefresh(input: SleepingInput): Promise<never> {
  const { renewOne } = proxyActivities<SleepingActivities>({ startToCloseTimeout: '1 minute' });
  for (let waitMs = input.firstAt - Date.now(); ;) {
    await sleep(waitMs);
    waitMs = await renewOne(input);
  }
}
