import { mkdirSync, writeFileSync } from 'node:fs';

/** Prints a bench's figures and leaves them in `.run/bench/<name>.json`. Metric names end with their unit. */
export function report(name: string, metrics: Readonly<Record<string, number>>): void {
  console.table(Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, { value }])));
  const folder = new URL('../.run/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ name, metrics }, null, 2)}\n`);
}
