import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

import type { Environment } from '../environment-file.ts';
import type { Narrator } from './narrator.ts';

const mailList = z.array(z.object({ id: z.string(), subject: z.string(), receivedAt: z.number() }));

const pollMs = 500;

/** Waits until a mail to this person, received after `since`, has a subject that contains `words`. */
export async function awaitMail(
  { mail }: Environment,
  wanted: Readonly<{ to: string; words: string; since: number; withinMs: number }>,
  say: Narrator,
): Promise<void> {
  const deadline = Date.now() + wanted.withinMs;
  for (;;) {
    const response = await fetch(`${mail.web}/messages?${new URLSearchParams({ to: wanted.to })}`);
    const mails = mailList.parse(await response.json()).filter(({ receivedAt }) => receivedAt >= wanted.since);
    const found = mails.find(({ subject }) => subject.includes(wanted.words));
    if (found !== undefined || Date.now() > deadline) {
      say.claim(`mail to ${wanted.to}: “${found?.subject ?? wanted.words}”`, found !== undefined, mails);
      return;
    }
    await sleep(pollMs);
  }
}
