import type { Ports, Stack } from '../stack.ts';

/** One program of the local system, as the start, the stop and the port check see it. */
export type Part = Readonly<{
  name: string;
  ports: readonly (keyof Ports)[];
  /** Starts it unless it runs, and returns when it is healthy. */
  start: (stack: Stack) => Promise<void>;
  stop: (stack: Stack) => Promise<void>;
}>;
