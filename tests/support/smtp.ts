import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { callbackify, promisify } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { type CaughtMail, readMail } from '../../simulators/mail/message.ts';

/** What a server says to a step: a reply such as `450 busy`, nothing ever (having taken the mail or not), or null to go on. */
export type Reply = `${number} ${string}` | 'silence' | 'taken, then silence' | null;

export interface Smtp {
  readonly url: string;
  readonly port: number;
  readonly taken: CaughtMail[];
  /** Replies to what comes next, one each; when they run out everything is taken. */
  readonly replies: {
    readonly login: Reply[];
    readonly sender: Reply[];
    readonly recipient: Reply[];
    readonly data: Reply[];
  };
  close(): Promise<void>;
}

/** An SMTP server on a socket of its own that can be told to refuse. Gone when the test ends. */
export async function startSmtp(port = 0): Promise<Smtp> {
  const taken: CaughtMail[] = [];
  const replies = { login: [], sender: [], recipient: [], data: [] } as Smtp['replies'];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (_credentials, _session, done) => said(replies.login, (error) => done(error, { user: 'anyone' })),
    onMailFrom: (_address, _session, done) => said(replies.sender, done),
    onRcptTo: (_address, _session, done) => said(replies.recipient, done),
    onData: (stream, { envelope }, done) => {
      const recipients = envelope.rcptTo.map(({ address }) => address);
      const read = async () => {
        const mail = await readMail(stream, recipients);
        if (replies.data[0] === 'taken, then silence') taken.push(mail);
        await promisify(said)(replies.data);
        taken.push(mail);
      };
      callbackify(read)(done);
    },
  });
  // A client that breaks off is what some tests are about.
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const { port: actual } = server.server.address() as AddressInfo;
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= new Promise<void>((resolve) => server.close(() => resolve())));
  onTestFinished(close);
  return { url: `smtp://127.0.0.1:${actual}`, port: actual, taken, replies, close };
}

function said(queue: Reply[], done: (error: (Error & { responseCode?: number }) | null) => void): void {
  const reply = queue.shift() ?? null;
  if (reply === 'silence' || reply === 'taken, then silence') return;
  if (reply === null) done(null);
  else done(Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) }));
}
