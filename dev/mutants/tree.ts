import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Complaint } from '../complaint.ts';
import { projectDir } from '../stack.ts';
import type { Mutant } from './list.ts';

/** A copy of the project, in which safeties can be taken away. */
export type Tree = Readonly<{ dir: string; remove: () => void }>;

const leftBehind = ['.git', '.run', '.cache', 'node_modules', 'coverage'];

/** Copies the project as it stands now, uncommitted changes included; packages and downloads are linked. */
export function copyTree(dir: string): Tree {
  const remove = () => rmSync(dir, { recursive: true, force: true });
  remove();
  mkdirSync(dir, { recursive: true });
  for (const entry of readdirSync(projectDir).filter((name) => !leftBehind.includes(name))) {
    cpSync(join(projectDir, entry), join(dir, entry), { recursive: true });
  }
  for (const shared of ['node_modules', '.cache']) symlinkSync(join(projectDir, shared), join(dir, shared));
  return { dir, remove };
}

/** Takes a safety away and returns how to put it back. Throws a complaint when the code is not as the mutant expects. */
export function applyMutant({ dir }: Tree, { name, file, find, replace }: Mutant): () => void {
  const path = join(dir, file);
  const original = readFileSync(path, 'utf8');
  const found = original.split(find).length - 1;
  if (found !== 1) {
    throw new Complaint(`Mutant ${name}: what it removes occurs ${found} times in ${file}. Adapt dev/mutants/list.ts.`);
  }
  writeFileSync(
    path,
    original.replace(find, () => replace),
  );
  return () => writeFileSync(path, original);
}
