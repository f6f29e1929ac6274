import { join } from 'node:path';
import express from 'express';
import { listen } from '../kernel/listener.ts';
import { openStore } from '../kernel/store.ts';
import type { CaughtMail } from './message.ts';
import { startSmtp } from './smtp.ts';
import { mailPages } from './web.ts';

export interface MailCatcher {
  /** Where mail is sent: `smtp://localhost:<port>`. */
  readonly smtp: string;
  /** Where it is read. */
  readonly web: string;
  readonly close: () => Promise<void>;
}

/** Starts an SMTP server that takes every message and delivers none, and a page that shows them. */
export async function startMailCatcher(options: {
  folder: string;
  smtpPort: number;
  webPort: number;
}): Promise<MailCatcher> {
  const store = await openStore(join(options.folder));
  const messages = store.collection<CaughtMail>('mail');
  const smtp = await startSmtp({
    port: options.smtpPort,
    accept: async (mail) => {
      messages.put(mail.id, mail);
      await store.flushed();
    },
  });
  const app = express();
  app.disable('x-powered-by');
  app.use(mailPages(messages, store.clear));
  const web = await listen(app, options.webPort);
  return {
    smtp: `smtp://localhost:${smtp.port}`,
    web: `http://localhost:${web.port}`,
    close: async () => {
      await Promise.all([smtp.close(), web.close()]);
      await store.close();
    },
  };
}
