// Adds to package-lock.json the binaries for other platforms that a registry mirror did not know when the lock was
// written: npm leaves them out then, and `npm ci` refuses such a lock. Run it after `npm install`; `make lint` checks.
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = Object.values(lock.packages)
  .flatMap(({ optionalDependencies = {}, dev }) => Object.entries(optionalDependencies).map((entry) => [...entry, dev]))
  .filter(([name, version]) => lock.packages[`node_modules/${name}`] === undefined && /^\d/.test(version));

for (const [name, version, dev] of missing) {
  const words = name.split(/[/-]/);
  const cpu = processors.filter((processor) => words.includes(processor));
  lock.packages[`node_modules/${name}`] = {
    version,
    ...(words.includes('musl') ? { libc: ['musl'] } : words.includes('gnu') ? { libc: ['glibc'] } : {}),
    cpu: cpu.length > 0 ? cpu : ['arm'],
    ...(dev === true ? { dev } : {}),
    optional: true,
    os: systems.filter((system) => words.includes(system)),
  };
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${missing.length} added\n`);
