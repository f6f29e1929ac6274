import { allRoutes } from '../../src/api/routes.ts';

/** Every route as the document shows it: declarations only, nothing behind them. */
export function documentedRoutes() {
  return allRoutes({
    probe: () => Promise.resolve({ kind: 'works' }),
    masterKeys: [],
    simulated: { facebook: [], instagram: [], linkedin: [] },
  });
}
