import { once } from 'node:events';

import { Complaint, runProgram } from './complaint.ts';
import { consoleNarrator } from './demo/narrator.ts';
import { playStory } from './demo/story.ts';
import type { Environment } from './environment-file.ts';
import { loadDotEnv } from './own-servers.ts';
import { worker } from './parts/worker.ts';
import { kill, runningPid } from './processes.ts';
import { developmentStack, type Stack } from './stack.ts';
import { startStack, stopStack } from './start.ts';

const endsAfterStory = process.argv.includes('--exit');

/**
 * Starts everything, plays the story, prints the addresses and stays until Ctrl-C; with `--exit` it ends after the
 * story. What was not running before is stopped at the end. The exit code is 0 only if every step was observed.
 */
await runProgram(async () => {
  loadDotEnv();
  const stack = developmentStack();
  const wasUp = runningPid(stack, 'api') !== null;
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    await Promise.race([play(stack), interrupted]);
  } finally {
    if (!wasUp) {
      console.log('\nStopping.');
      await stopStack(stack);
    }
  }
  // After Ctrl-C in the middle of the story nothing of it may go on.
  process.exit();
});

async function play(stack: Stack): Promise<void> {
  console.log('Starting Chorally. The first time it downloads Temporal and Keycloak and takes some minutes.');
  const environment = await startStack(stack, (line) => console.log(`  ${line}`));
  await tell(environment, stack);
  printAddresses(environment);
  if (endsAfterStory) return;
  console.log('\nEverything stays up until Ctrl-C.');
  await new Promise(() => undefined);
}

async function tell(environment: Environment, stack: Stack): Promise<void> {
  const workerSwitch = { kill: () => kill(stack, worker.name), start: () => worker.start(stack) };
  try {
    await playStory(environment, workerSwitch, consoleNarrator());
    console.log('\nThe story is told: every step was observed.');
  } catch (error) {
    if (!(error instanceof Complaint) || endsAfterStory) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function printAddresses({ api, openapi, temporal, keycloak, mail, simulators, users }: Environment): void {
  console.log('\nAddresses');
  const addresses = {
    API: `${api}/v1`,
    'API documentation': `${api}/docs`,
    OpenAPI: openapi,
    'Temporal UI': temporal.ui,
    Keycloak: keycloak.realmUrl,
    ...Object.fromEntries(Object.entries(simulators).map(([name, { url }]) => [`Simulator ${name}`, url])),
    Mail: mail.web,
  };
  for (const [name, address] of Object.entries(addresses)) console.log(`  ${name.padEnd(20)} ${address}`);
  console.log(`\nDemo users (password ${users[0]?.password})`);
  for (const { username, tenant, role } of users) {
    console.log(`  ${username.padEnd(22)} ${tenant.padEnd(12)} ${role}`);
  }
}
