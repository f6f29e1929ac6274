import { afterEach, beforeEach, test } from 'vitest';
import { calmNetworks, resetNetworks } from './fault-networks.ts';
import { endStories, repairConnections } from './fault-posts.ts';
import { mend } from './fault-stack.ts';

/** `make faults` runs everything; `make test` leaves out what is registered with `longTest`. */
export const isLong = process.env['CHORALLY_FAULTS'] === 'long';

/** A test that only `make faults` runs. */
export function longTest(rule: string, story: () => Promise<void>): void {
  if (isLong) test(rule, story);
}

/** Gives every test of a file a healthy stack with well-behaved networks, and leaves one behind. */
export function useFaultStack(): void {
  beforeEach(async () => {
    await mend();
    await resetNetworks();
    await repairConnections();
  });
  afterEach(async () => {
    await calmNetworks();
    await mend();
    await repairConnections();
    await endStories();
  });
}

/** Tells a measured figure to whoever runs the tests. */
export function tell(what: string, figures: Readonly<Record<string, unknown>>): void {
  console.log(`${what}: ${JSON.stringify(figures)}`);
}
