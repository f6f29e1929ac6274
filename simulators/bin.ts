import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apple } from './apple/network.ts';
import { graph } from './graph/network.ts';
import { type Network, startSimulator } from './kernel/simulator.ts';
import { linkedin } from './linkedin/network.ts';
import { startMailCatcher } from './mail/catcher.ts';
import { microsoft } from './microsoft/network.ts';
import { telegram } from './telegram/network.ts';
import { x } from './x/network.ts';

const usage = `node simulators/bin.ts graph    [--port 7311] [--data <folder>] [--public-url http://localhost:7311]
node simulators/bin.ts linkedin [--port 7312] [--data <folder>] [--public-url http://localhost:7312]
node simulators/bin.ts microsoft [--port 7314] [--data <folder>] [--public-url http://localhost:7314]
node simulators/bin.ts x        [--port 7315] [--data <folder>] [--public-url http://localhost:7315]
node simulators/bin.ts telegram [--port 7316] [--data <folder>] [--public-url http://localhost:7316]
node simulators/bin.ts apple    [--port 7317] [--data <folder>] [--public-url http://localhost:7317]
node simulators/bin.ts mail     [--smtp-port 7325] [--port 7326] [--data <folder>]
node simulators/bin.ts all      [--data <folder>]
Ports follow CHORALLY_PORT_BASE (7300), the folder CHORALLY_RUN_DIR (.run).`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string' },
    'smtp-port': { type: 'string' },
    data: { type: 'string' },
    'public-url': { type: 'string' },
  },
});

const base = Number(process.env['CHORALLY_PORT_BASE'] ?? 7300);
const folder = values.data ?? join(process.env['CHORALLY_RUN_DIR'] ?? '.run', 'simulators');
const starters: Readonly<Record<string, (alone: boolean) => Promise<() => Promise<void>>>> = {
  graph: (alone) => network(graph, base + 11, alone),
  linkedin: (alone) => network(linkedin, base + 12, alone),
  microsoft: (alone) => network(microsoft, base + 14, alone),
  x: (alone) => network(x, base + 15, alone),
  telegram: (alone) => network(telegram, base + 16, alone),
  apple: (alone) => network(apple, base + 17, alone),
  mail: (alone) => mail(alone),
};

async function network(which: Network, usualPort: number, alone: boolean): Promise<() => Promise<void>> {
  const simulator = await startSimulator(which, {
    folder: alone && values.data !== undefined ? folder : join(folder, which.name),
    port: alone ? portOr(values.port, usualPort) : usualPort,
    publicUrl: alone ? values['public-url'] : undefined,
  });
  console.log(`${which.name} simulator at ${simulator.url}, control at ${simulator.control}`);
  return simulator.close;
}

async function mail(alone: boolean): Promise<() => Promise<void>> {
  const catcher = await startMailCatcher({
    folder: alone && values.data !== undefined ? folder : join(folder, 'mail'),
    smtpPort: portOr(alone ? values['smtp-port'] : undefined, base + 25),
    webPort: portOr(alone ? values.port : undefined, base + 26),
  });
  console.log(`mail catcher at ${catcher.web}, SMTP at ${catcher.smtp}`);
  return catcher.close;
}

function portOr(given: string | undefined, usual: number): number {
  const port = Number(given ?? usual);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Error(`${String(given)} is no port`);
}

async function main(): Promise<void> {
  const [which = 'all'] = positionals;
  const names = which === 'all' ? Object.keys(starters) : [which];
  const chosen = names.map((name) => starters[name]).filter((start) => start !== undefined);
  if (chosen.length < names.length) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const started = chosen.map((start) => start(names.length === 1));
  const stop = async (): Promise<void> => {
    for (const close of await Promise.all(started)) await close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  try {
    await Promise.all(started);
  } catch (error) {
    console.error(reasonOf(error));
    process.exit(1);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error) || error.code !== 'EADDRINUSE' || !('port' in error)) return error.stack ?? error.message;
  return `Port ${String(error.port)} is taken: stop what listens there, or choose another with --port.`;
}

await main();
