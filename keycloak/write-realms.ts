import { writeFileSync } from 'node:fs';

import { buildRealm } from './realm.ts';

for (const [kind, file] of [
  ['development', './chorally-realm.json'],
  ['production', './production/chorally-realm.json'],
] as const) {
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(buildRealm(kind), null, 2)}\n`);
}
