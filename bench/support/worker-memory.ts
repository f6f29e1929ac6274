import { readFileSync, writeFileSync } from 'node:fs';

const mib = 1_024;

/** The most memory that a process has held at once since `forgetPeak`, in MiB. Linux only. */
export function peakMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / mib;
}

/** Begins to measure the peak anew. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
