import { mkdirSync, writeFileSync } from 'node:fs';

/** Prints a bench's figures and leaves them in `.run/bench/<name>.json`. Metric names end with their unit. */
export function report(name: string, metrics: Readonly<Record<string, number>>): void {
  const rounded = Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, round(value)]));
  console.table(Object.fromEntries(Object.entries(rounded).map(([metric, value]) => [metric, { value }])));
  const folder = new URL('../../.run/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ name, metrics: rounded }, null, 2)}\n`);
}

/** The value below which a share of the measurements lies (nearest rank). NaN when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

const round = (value: number): number => Math.round(value * 100) / 100;
