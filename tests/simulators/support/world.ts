import { onTestFinished, vi } from 'vitest';
import { defaultSettings, type Settings } from '../../../simulators/kernel/settings.ts';
import type { SeededToken } from '../../../simulators/kernel/tokens.ts';
import { openWorld, type World } from '../../../simulators/kernel/world.ts';
import { temporaryFolder } from './simulator.ts';

/** What a simulator holds, without one: an empty world in a folder of its own. */
export async function emptyWorld(
  tokens: readonly SeededToken[] = [],
  settings: Partial<Settings> = {},
): Promise<World> {
  const world = await openWorld({
    folder: await temporaryFolder(),
    tokens,
    settings: { ...defaultSettings, ...settings },
    publicUrl: () => 'http://localhost',
  });
  onTestFinished(() => world.store.close());
  return world;
}

/** Stops the clock until the test ends; time goes on by what is passed to the result. */
export function stoppedClock(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  return (ms) => void vi.setSystemTime(Date.now() + ms);
}
