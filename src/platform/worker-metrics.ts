import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface WorkerMetrics {
  /** One exchange with a network. `outcome` is an HTTP status or why there was none. */
  observeExchange(exchange: { network: string; method: string; outcome: string; seconds: number }): void;
  /** How long after its instant a publish call went out. */
  observeLateness(network: string, seconds: number): void;
  /** One try to send a notification by e-mail, and what came of it. */
  countMail(outcome: string): void;
  /** Something that was due for a connection, and what came of it. */
  countDuty(duty: { kind: string; network: string; outcome: string }): void;
  /** From now on `count` is asked, at every reading, how many duties of each kind are overdue. */
  readOverdue(count: () => Promise<readonly { readonly kind: string; readonly count: number }[]>): void;
  /** In the text format of Prometheus. */
  render(): Promise<string>;
}

/** The worker's own metrics; those of the Temporal SDK come from its core. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const exchanges = new Histogram({
    name: 'chorally_network_request_duration_seconds',
    help: 'Time of one HTTP exchange with a network',
    labelNames: ['network', 'method', 'outcome'] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const lateness = new Histogram({
    name: 'chorally_publish_lateness_seconds',
    help: 'From the scheduled instant to the start of the publish call',
    labelNames: ['network'] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
    registers,
  });
  const mails = new Counter({
    name: 'chorally_mails_total',
    help: 'Tries to send a notification by e-mail, by outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  const duties = new Counter({
    name: 'chorally_connection_duties_total',
    help: 'Refreshes, probes and watches of connections that were done, by outcome',
    labelNames: ['kind', 'network', 'outcome'] as const,
    registers,
  });
  return {
    observeExchange: ({ network, method, outcome, seconds }) =>
      exchanges.observe({ network, method, outcome }, seconds),
    observeLateness: (network, seconds) => lateness.observe({ network }, seconds),
    countMail: (outcome) => mails.inc({ outcome }),
    countDuty: (duty) => duties.inc(duty),
    readOverdue(count) {
      new Gauge({
        name: 'chorally_connection_duties_overdue',
        help: 'Refreshes, probes and watches of connections that have been due for longer than a minute',
        labelNames: ['kind'] as const,
        registers,
        async collect() {
          this.reset();
          for (const overdue of await count()) this.set({ kind: overdue.kind }, overdue.count);
        },
      });
    },
    render: () => registry.metrics(),
  };
}
