import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface PoolSizes {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

export interface ApiMetrics {
  readonly contentType: string;
  /** `route` is the template, never the address: ids would make a series each. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  countReplay(): void;
  /** A stream has begun (1) or ended (-1). */
  countStreams(by: 1 | -1): void;
  watchPool(name: string, pool: PoolSizes): void;
  /** In the text format of Prometheus. */
  render(): Promise<string>;
}

const durationBucketsS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** The API's metrics in a registry of their own, with those of the Node process. */
export function createApiMetrics(): ApiMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'chorally_http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: durationBucketsS,
    registers: [registry],
  });
  const replays = new Counter({
    name: 'chorally_idempotent_replays_total',
    help: 'Answers that were given again for a repeated Idempotency-Key',
    registers: [registry],
  });
  const streams = new Gauge({
    name: 'chorally_event_streams',
    help: 'Streams of server-sent events that are open',
    registers: [registry],
  });
  const pools = new Map<string, PoolSizes>();
  watchPools(registry, pools);
  return {
    contentType: registry.contentType,
    observeRequest: ({ method, route, status, seconds }) =>
      durations.observe({ method, route, status: String(status) }, seconds),
    countReplay: () => replays.inc(),
    countStreams: (by) => streams.inc(by),
    watchPool: (name, pool) => pools.set(name, pool),
    render: () => registry.metrics(),
  };
}

function watchPools(registry: Registry, pools: ReadonlyMap<string, PoolSizes>): void {
  const gauge = new Gauge({
    name: 'chorally_database_connections',
    help: 'Connections of each pool, and requests that wait for one',
    labelNames: ['pool', 'state'] as const,
    registers: [registry],
    collect: () => {
      for (const [pool, { totalCount, idleCount, waitingCount }] of pools) {
        gauge.set({ pool, state: 'busy' }, totalCount - idleCount);
        gauge.set({ pool, state: 'idle' }, idleCount);
        gauge.set({ pool, state: 'waiting' }, waitingCount);
      }
    },
  });
}
