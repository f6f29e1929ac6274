import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DepartureLogs, type DepartureSubject, openDepartureLogs } from '../../src/platform/departure-log.ts';
import { newId } from '../../src/platform/new-id.ts';

describe.skipIf(process.platform !== 'linux')('a log of departures', () => {
  test('what a process noted before it was killed is known to the next one, and nothing else is', async () => {
    const folder = newFolder();
    const [about, first, second, unsent] = [subject(), newId(), newId(), newId()];
    await killedProcess(folder, { about, noted: [first, second] });
    const [log, ...others] = open(folder).ofOthers();
    expect([log?.about, others]).toEqual([about, []]);
    const departed = log?.read();
    expect([first, second, unsent].map((id) => departed?.has(id))).toEqual([true, true, false]);
  });

  test('a log goes when all that it tells of is written down elsewhere, and stays when it is not', () => {
    const folder = newFolder();
    const logs = open(folder);
    const [settled, unsettled] = [subject(), subject()];
    logs.begin(settled)?.close(true);
    logs.begin(unsettled)?.close(false);
    expect(
      open(folder)
        .ofOthers()
        .map(({ about }) => about),
    ).toEqual([unsettled]);
  });

  test('a log that is going on is not another’s to its own process', () => {
    const folder = newFolder();
    const logs = open(folder);
    logs.begin(subject());
    expect([logs.ofOthers().length, open(folder).ofOthers().length]).toEqual([0, 1]);
  });

  test('what can no longer be noted takes the whole log with it: one that misses something would be worse than none', () => {
    const folder = newFolder();
    const errors: unknown[] = [];
    const logs = open(folder, { onError: (error) => errors.push(error) });
    const log = logs.begin(subject());
    log?.note(newId());
    const [other] = open(folder).ofOthers();
    closeSync(descriptorIn(folder));
    log?.note(newId());
    log?.note(newId());
    expect(errors).toMatchObject([{ syscall: 'close' }, { syscall: 'write' }]);
    expect([other?.read(), readdirSync(folder)]).toEqual([null, []]);
  });

  test('where no log can be begun the process goes on without one, and says so', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'taken'), '');
    const errors: unknown[] = [];
    const logs = open(join(folder, 'taken'), { onError: (error) => errors.push(error) });
    expect(logs.begin(subject())).toBeNull();
    expect(errors).toHaveLength(1);
    expect(open(join(folder, 'missing')).ofOthers()).toEqual([]);
  });

  test('a log from before the machine was restarted says nothing: its last notes may not have reached the disk', () => {
    const folder = newFolder();
    const about = subject();
    open(folder).begin(about)?.close(false);
    const path = join(folder, readdirSync(folder)[0] ?? '');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    writeFileSync(path, readFileSync(path, 'utf8').replace(boot, newId()));
    expect(open(folder).ofOthers()).toEqual([]);
    expect(readdirSync(folder), 'it may be the living one of another machine').toHaveLength(1);
  });

  test('a log that nobody can have any use for is thrown away', () => {
    const folder = newFolder();
    open(folder).begin(subject())?.close(false);
    open(folder, { clock: () => Date.now() + 21 * 60_000 }).ofOthers();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('what is no log is left alone', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'x.departures'), 'not a log');
    writeFileSync(join(folder, 'notes.txt'), '');
    expect([open(folder).ofOthers(), readdirSync(folder).length]).toEqual([[], 2]);
  });
});

const subject = (): DepartureSubject => ({ tenantId: newId(), campaignId: newId(), leaseToken: newId() });

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'departures-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(folder: string, how: Partial<Parameters<typeof openDepartureLogs>[1]> = {}): DepartureLogs {
  const logs = openDepartureLogs(folder, { clock: Date.now, onError: () => undefined, ...how });
  if (logs === null) throw new Error('this test needs a Linux');
  return logs;
}

/** The file that this process has open in the folder. */
function descriptorIn(folder: string): number {
  const found = readdirSync('/proc/self/fd').find((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  });
  return Number(found);
}

async function killedProcess(folder: string, { about, noted }: { about: DepartureSubject; noted: readonly string[] }) {
  const module = fileURLToPath(new URL('../../src/platform/departure-log.ts', import.meta.url));
  const program = `
    import { openDepartureLogs } from ${JSON.stringify(module)};
    const log = openDepartureLogs(${JSON.stringify(folder)}, { clock: Date.now, onError: console.error })
      .begin(${JSON.stringify(about)});
    for (const id of ${JSON.stringify(noted)}) log.note(id);
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  const [code, signal] = await once(child, 'exit');
  expect([code, signal]).toEqual([null, 'SIGKILL']);
}
