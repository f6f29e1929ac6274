// Ends with 0 when node_modules holds what package-lock.json asks for. Runs on whatever Node the machine has.
import { existsSync, readFileSync } from 'node:fs';

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
const installedLock = 'node_modules/.package-lock.json';

function isInstalled() {
  if (!existsSync(installedLock) || !existsSync('node_modules/.bin/node')) return false;
  const installed = packagesOf(installedLock);
  return Object.entries(packagesOf('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional === true || installed[path]?.version === version,
  );
}

process.exit(isInstalled() ? 0 : 1);
