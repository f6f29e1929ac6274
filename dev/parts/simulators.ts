import { answers, stop, untilReady } from '../processes.ts';
import { startProgram } from '../program.ts';
import type { Ports, Stack } from '../stack.ts';
import type { Part } from './part.ts';

/** The stand-ins of the networks and of a mail server. Their logs survive every kill of our own programs. */
export const simulators: readonly Part[] = [
  simulator('graph', ['graph'], (ports) => `http://127.0.0.1:${ports.graph}/_control/openapi.json`),
  simulator('linkedin', ['linkedin'], (ports) => `http://127.0.0.1:${ports.linkedin}/_control/openapi.json`),
  simulator('x', ['x'], (ports) => `http://127.0.0.1:${ports.x}/_control/openapi.json`),
  simulator('microsoft', ['microsoft'], (ports) => `http://127.0.0.1:${ports.microsoft}/_control/openapi.json`),
  simulator('telegram', ['telegram'], (ports) => `http://127.0.0.1:${ports.telegram}/_control/openapi.json`),
  simulator('apple', ['apple'], (ports) => `http://127.0.0.1:${ports.apple}/_control/openapi.json`),
  simulator('mail', ['smtp', 'mailWeb'], (ports) => `http://127.0.0.1:${ports.mailWeb}/`),
];

function simulator(name: string, ports: readonly (keyof Ports)[], health: (ports: Ports) => string): Part {
  const processName = `simulator-${name}`;
  return {
    name: processName,
    ports,
    start: async (stack) => {
      await startProgram(stack, { name: processName, args: ['simulators/bin.ts', name], sources: ['simulators'] });
      await untilReady(stack, processName, () => answers(health(stack.ports)));
    },
    stop: (stack) => stop(stack, processName),
  };
}

/** The networks' addresses for people and tests. The Graph API serves Facebook and Instagram. */
export function simulatorAddresses({ ports }: Stack): Record<string, { url: string; control: string }> {
  const at = (port: number) => ({ url: `http://localhost:${port}`, control: `http://localhost:${port}/_control` });
  return {
    graph: at(ports.graph),
    linkedin: at(ports.linkedin),
    x: at(ports.x),
    microsoft: at(ports.microsoft),
    telegram: at(ports.telegram),
    apple: at(ports.apple),
  };
}
