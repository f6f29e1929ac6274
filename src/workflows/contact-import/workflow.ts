import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ImportActivities, ReadingResult } from '../../activities/contact-import.ts';
import type { ContactImportInput } from '../../domain/contact-mapping.ts';
import { slice } from '../activity-options.ts';
import { queueBeside } from '../task-queues.ts';

/**
 * Takes the contacts of a file and ends with a file of those that were refused. Who cancels does so in the import's row,
 * which every chunk reads; this process then ends as it does otherwise.
 */
export async function contactImport(input: ContactImportInput): Promise<void> {
  const { readContacts, finishContactImport } = proxyActivities<ImportActivities>({
    ...slice,
    taskQueue: queueBeside('slice'),
  });
  let reading: ReadingResult = { kind: 'more' };
  while (reading.kind === 'more') {
    if (workflowInfo().continueAsNewSuggested) return continueAsNew<typeof contactImport>(input);
    reading = await readContacts.executeWithOptions({ summary: 'Take the contacts of the file' }, [input]);
  }
  const failure = reading.kind === 'failed' ? reading.failure : null;
  await finishContactImport.executeWithOptions({ summary: 'Write down what was refused' }, [{ ...input, failure }]);
}
