import { connect } from '../db/connect.ts';
import { rotateMasterKey } from '../db/key-rotation.ts';
import { systemClock } from '../platform/clock.ts';
import { ConfigError, readRotationConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';

/** Brings everything that is sealed under the first of the configured master keys, while API and workers go on. */
async function main(): Promise<void> {
  const config = readRotationConfig();
  const log = createLogger({ program: 'rotate-master-key', level: config.logLevel });
  const onError = (error: Error): void => log.warn({ err: error }, 'a database connection broke; it is replaced');
  const applicationName = 'rotate-master-key';
  const app = connect(config.database.appUrl, { max: 2, onError, applicationName });
  const system = connect(config.database.systemUrl, { max: 1, onError, applicationName });
  try {
    const { masterKeys } = config;
    const rotation = await rotateMasterKey({ app: app.db, system: system.db, masterKeys, clock: systemClock });
    log.info({ ...rotation, version: masterKeys[0]?.version }, 'everything is sealed under the current master key');
  } finally {
    await Promise.all([app.db.destroy(), system.db.destroy()]);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
