import { allRoutes } from '../../src/api/routes.ts';
import { folderStorage } from '../../src/platform/storage.ts';

/** Every route as the document shows it: declarations only, nothing behind them. */
export function documentedRoutes() {
  return allRoutes({
    probe: () => Promise.resolve({ kind: 'works' }),
    masterKeys: [],
    storage: folderStorage('.'),
    urls: { publicUrl: 'http://localhost', urlKey: 'no key' },
    simulated: { facebook: [], instagram: [], linkedin: [] },
  });
}
