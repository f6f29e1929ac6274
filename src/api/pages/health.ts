import { Router } from 'express';
import type { ApiMetrics } from '../../platform/metrics.ts';

/** What one part said when asked. `note` is a count or a reason, never an address. */
export interface PartHealth {
  readonly status: 'up' | 'degraded' | 'down';
  readonly note?: string;
}

/** Asks every part that the API needs, each by its name. Never throws. */
export type Readiness = () => Promise<Readonly<Record<string, PartHealth>>>;

const freshMs = 1_000;

/** `/healthz`: the process answers. `/readyz`: so do the parts it needs. `/metrics`: for Prometheus. */
export function healthPages({ metrics, readiness }: { metrics: ApiMetrics; readiness: Readiness }): Router {
  const router = Router();
  const ask = shared(readiness);
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'up' });
  });
  router.get('/readyz', async (_request, response) => {
    const parts = await ask();
    const down = Object.values(parts).some(({ status }) => status === 'down');
    response.status(down ? 503 : 200).json({ status: down ? 'down' : 'up', parts });
  });
  router.get('/metrics', async (_request, response) => {
    response.setHeader('content-type', metrics.contentType);
    response.end(await metrics.render());
  });
  return router;
}

/** The page is public: however often it is called, the parts are asked once a second at most. */
function shared(readiness: Readiness): Readiness {
  let asked: ReturnType<Readiness> | null = null;
  return () => {
    if (asked !== null) return asked;
    asked = readiness();
    setTimeout(() => (asked = null), freshMs).unref();
    return asked;
  };
}
