import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ImportActivities, ReadingResult } from '../../src/activities/contact-import.ts';
import { type ContactImportInput, contactImportWorkflowId } from '../../src/domain/contact-mapping.ts';
import type { ContactImportId, TenantId } from '../../src/domain/ids.ts';
import { deliver } from '../../src/relay/deliver.ts';
import type { contactImport } from '../../src/workflows/contact-import/workflow.ts';
import { expectReplay, keepHistory, workflowEnvironment } from '../support/workflow-environment.ts';

it('a file is read for as long as there is more, and then ended', async () => {
  const { run, calls } = await startImport([{ kind: 'more' }, { kind: 'more' }, { kind: 'ended' }]);
  await run.result();
  expect(calls).toEqual(['read', 'read', 'read', 'finish null']);
  await keepHistory(run, 'contactImport-done');
  await expectReplay(run);
});

it('a file that cannot be read ends with the reason', async () => {
  const { run, calls } = await startImport([{ kind: 'failed', failure: 'not_csv' }]);
  await run.result();
  expect(calls).toEqual(['read', 'finish not_csv']);
  await keepHistory(run, 'contactImport-failed');
  await expectReplay(run);
});

it('trouble on the way ends nothing', async () => {
  const { run, calls } = await startImport(['trouble', 'trouble', { kind: 'ended' }]);
  await run.result();
  expect(calls).toEqual(['read', 'read', 'read', 'finish null']);
});

/** The process as the relay starts it, twice, with activities that remember. */
async function startImport(readings: (ReadingResult | 'trouble')[]) {
  const calls: string[] = [];
  const activities: ImportActivities = {
    readContacts: async () => {
      calls.push('read');
      const reading = readings.shift();
      if (reading === undefined || reading === 'trouble') throw new Error('the database cannot be reached');
      return reading;
    },
    finishContactImport: async ({ failure }) => void calls.push(`finish ${failure}`),
  };
  const { client, taskQueue } = await workflowEnvironment(activities);
  const input: ContactImportInput = {
    v: 1,
    tenantId: randomUUID() as TenantId,
    importId: randomUUID() as ContactImportId,
  };
  const workflowId = contactImportWorkflowId(input);
  for (const id of ['1', '1']) {
    const message = { kind: 'start_contact_import', input } as const;
    const row = { id, tenant_id: input.tenantId, workflow_id: workflowId, message, attempts: 1 };
    await deliver(client, { taskQueue }, row);
  }
  return { run: client.workflow.getHandle<typeof contactImport>(workflowId), calls };
}
