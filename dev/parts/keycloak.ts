import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { ensureFolder, runTool } from '../downloads.ts';
import { answers, launch, stop, untilReady } from '../processes.ts';
import { stackSecrets } from '../secrets.ts';
import { projectDir, type Stack } from '../stack.ts';
import type { Part } from './part.ts';

const version = '26.7.4';

export const keycloak: Part = {
  name: 'keycloak',
  ports: ['keycloak', 'keycloakManagement'],
  start: async (stack) => {
    await ensureFolder(builtDir(stack), (target) => build(stack, target));
    prepareHome(stack);
    run(stack);
    await untilReady(stack, 'keycloak', () => isReady(stack));
  },
  stop: (stack) => stop(stack, 'keycloak'),
};

/** Downloaded, unpacked and built for the file database once; each stack has a home of its own beside it. */
const builtDir = (stack: Stack) => join(stack.cacheDir, 'keycloak', version);
const homeDir = (stack: Stack) => join(stack.runDir, 'keycloak');

const entryPoint = 'io.quarkus.bootstrap.runner.QuarkusEntryPoint';

/** What bin/kc.sh passes, less memory and a compiler that is quick rather than thorough: it starts in half the time. */
const javaOptions = [
  '-Xms64m',
  '-Xmx512m',
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-XX:+ExitOnOutOfMemoryError',
  '-Dfile.encoding=UTF-8',
  '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
  '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
  '-Dquarkus-log-max-startup-records=10000',
  ...['util', 'util.concurrent', 'security', 'lang'].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
];

async function build(stack: Stack, target: string): Promise<void> {
  const downloads = join(target, 'download');
  await runTool(
    'mvn',
    [
      '--batch-mode',
      '--quiet',
      'dependency:copy',
      `-Dartifact=org.keycloak:keycloak-quarkus-dist:${version}:zip`,
      `-DoutputDirectory=${downloads}`,
    ],
    { advice: 'Keycloak comes from Maven Central: check the network and run it again.', cwd: stack.cacheDir },
  );
  const [archive] = readdirSync(downloads);
  await runTool('python3', ['-m', 'zipfile', '-e', join(downloads, archive ?? ''), downloads], {
    advice: 'The archive of Keycloak could not be unpacked: is the disk full?',
  });
  const unpacked = join(downloads, `keycloak-${version}`);
  for (const name of readdirSync(unpacked)) renameSync(join(unpacked, name), join(target, name));
  rmSync(downloads, { recursive: true });
  await runTool('sh', [join(target, 'bin', 'kc.sh'), 'build', '--db=dev-file', '--health-enabled=true'], {
    advice: 'Keycloak could not be built.',
  });
}

/** A home with its own data and configuration that borrows the built programs. */
function prepareHome(stack: Stack): void {
  const [built, home] = [builtDir(stack), homeDir(stack)];
  mkdirSync(join(home, 'data', 'import'), { recursive: true });
  mkdirSync(join(home, 'providers'), { recursive: true });
  if (!existsSync(join(home, 'lib'))) symlinkSync(join(built, 'lib'), join(home, 'lib'));
  if (!existsSync(join(home, 'conf'))) cpSync(join(built, 'conf'), join(home, 'conf'), { recursive: true });
  const realm = 'chorally-realm.json';
  copyFileSync(join(projectDir, 'keycloak', realm), join(home, 'data', 'import', realm));
}

function run(stack: Stack): void {
  const { ports } = stack;
  const home = homeDir(stack);
  launch(stack, {
    name: 'keycloak',
    command: 'java',
    args: [
      ...javaOptions,
      `-Dkc.home.dir=${home}`,
      `-Djboss.server.config.dir=${join(home, 'conf')}`,
      '-cp',
      join(builtDir(stack), 'lib', 'quarkus-run.jar'),
      entryPoint,
      'start',
      '--optimized',
      '--import-realm',
      '--cache=local',
      '--http-enabled=true',
      '--http-host=127.0.0.1',
      `--http-port=${ports.keycloak}`,
      `--http-management-port=${ports.keycloakManagement}`,
      // Fixed, because it is the issuer in every token: localhost and 127.0.0.1 would be two.
      `--hostname=http://localhost:${ports.keycloak}`,
    ],
    cwd: home,
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: stackSecrets(stack).keycloakAdminPassword,
    },
  });
}

async function isReady(stack: Stack): Promise<boolean> {
  return (
    (await answers(`http://127.0.0.1:${stack.ports.keycloakManagement}/health/ready`)) &&
    (await answers(`http://127.0.0.1:${stack.ports.keycloak}/realms/chorally`))
  );
}
