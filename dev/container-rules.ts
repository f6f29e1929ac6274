import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import { taskQueues } from '../src/platform/config.ts';
import { projectDir } from './stack.ts';

type Service = Readonly<{
  image?: string;
  restart?: string;
  healthcheck?: unknown;
  environment?: Readonly<Record<string, unknown>>;
}>;

/** What a container engine would not complain about, and we do. Returns one line per fault of the compose file or Dockerfile. */
export function containerFaults(): readonly string[] {
  const compose = parse(fileOf('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
  const services = Object.entries(compose.services);
  return [
    ...services.flatMap(([name, service]) => serviceFaults(name, service)),
    ...queueFaults(services),
    ...imageFaults(),
  ];
}

function serviceFaults(name: string, { image = '', restart = '', healthcheck, environment = {} }: Service): string[] {
  const job = restart.startsWith('on-failure');
  return [
    ...(/:(\d|\$\{WORKER_BUILD_ID)/.test(image) ? [] : [`${name}: the image ${image} names no version`]),
    ...(job || healthcheck !== undefined ? [] : [`${name}: there is no health check`]),
    ...Object.entries(environment)
      .filter(([variable, value]) => hasDefaultSecret(variable, String(value)))
      .map(([variable]) => `${name}: ${variable} has a default; a secret must be set`),
  ];
}

/** A secret that is optional may be empty, but none may have a value that nobody chose. */
function hasDefaultSecret(variable: string, value: string): boolean {
  if (/:\/\/[^:/@]+:[^@]+@/.test(value)) return !/:\/\/[^:/@]+:\$\{\w+:\?[^}]*\}@/.test(value);
  return /PASSWORD|PWD|SECRET|MASTER_KEY|URL_KEY|API_KEY/.test(variable) && !/^\$\{\w+(:\?.*|:-)\}$/.test(value);
}

function queueFaults(services: readonly (readonly [string, Service])[]): string[] {
  const served = services.map(([, { environment }]) => environment?.['WORKER_TASK_QUEUES']);
  return taskQueues.filter((queue) => !served.includes(queue)).map((queue) => `no worker serves ${queue} alone`);
}

function imageFaults(): string[] {
  const lines = fileOf('Dockerfile').split('\n');
  const { devDependencies } = JSON.parse(fileOf('package.json')) as { devDependencies: Record<string, string> };
  const bases = lines.filter((line) => line.startsWith('FROM '));
  const user = lines.findLast((line) => line.startsWith('USER '));
  return [
    ...bases
      .filter((line) => !line.includes(`node:${devDependencies['node']}-`))
      .map((line) => `Dockerfile: "${line}" is not the Node that package.json pins`),
    ...(user === undefined || /root|\b0\b/.test(user) ? ['Dockerfile: the program runs as root'] : []),
  ];
}

const fileOf = (name: string) => readFileSync(join(projectDir, name), 'utf8');
