import { ConfigError, readTemporalSetupConfig } from '../src/platform/config.ts';
import { setUpNamespace } from './set-up-namespace.ts';

/** Run by the migration job and by deploys, after the database migrations and before the new workers get work. */
try {
  await setUpNamespace(readTemporalSetupConfig());
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
