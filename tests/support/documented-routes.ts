import { expect } from 'vitest';
import { problemsOf } from '../../src/api/openapi/problem-catalogue.ts';
import { allRoutes } from '../../src/api/routes.ts';
import { folderStorage } from '../../src/platform/storage/folder.ts';

const nothing = () => Promise.reject(new Error('nothing is behind these routes'));

/** Every route as the document shows it: declarations only, nothing behind them. */
export function documentedRoutes() {
  return allRoutes({
    feed: { follow: () => Promise.resolve(), stop: () => Promise.resolve() },
    probe: () => Promise.resolve({ kind: 'works' }),
    renew: () => Promise.resolve({ kind: 'gone' }),
    templates: { submit: nothing, remove: nothing, unpause: nothing, list: nothing },
    published: {
      offers: () => true,
      remove: () => Promise.resolve({ kind: 'done' }),
      edit: () => Promise.resolve({ kind: 'done' }),
    },
    masterKeys: [],
    publicUrl: 'http://localhost',
    desk: {
      offer: () => null,
      consentUrl: () => null,
      redeem: nothing,
      admit: nothing,
    },
    replies: nothing,
    askLimits: nothing,
    storage: folderStorage('.'),
    urls: { publicUrl: 'http://localhost', urlKey: 'no key' },
    sendTest: () => Promise.resolve({ kind: 'sent' }),
    simulated: { facebook: [], instagram: [], linkedin: [] },
  });
}

const patterns = documentedRoutes().map((route) => ({
  route,
  method: route.method.toUpperCase(),
  // Routes that match the same address differ in their parameters only: the one with fewer was meant.
  pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  parameters: route.path.split('{').length,
}));
const byParameters = patterns.toSorted((a, b) => a.parameters - b.parameters);

/** Fails unless the document says that this route may answer this: its status, and for a problem its type. */
export function requireDocumented(
  address: string,
  method: string,
  { status, body }: { readonly status: number; readonly body: { readonly type?: unknown } | string | null },
): void {
  const path = address.split('?')[0] ?? '';
  const found = byParameters.find((candidate) => candidate.method === method && candidate.pattern.test(path));
  if (found === undefined) return;
  const { route } = found;
  if (status < 400) {
    const documented = route.access === 'public' ? [200, 206] : [route.answer.status];
    expect(documented, `${method} ${route.path}`).toContain(status);
    return;
  }
  const type = typeof body === 'object' && body !== null ? String(body.type) : null;
  const documented = Object.entries(problemsOf(route))
    .filter(([, kind]) => kind.status === status)
    .map(([code]) => `/problems/${code.replaceAll('_', '-')}`);
  if (type === null) expect(documented.length, `${method} ${route.path} ${status}`).toBeGreaterThan(0);
  else expect(documented, `${method} ${route.path} answered ${status}`).toContain(type);
}
