import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../simulators/mail/catcher.ts';
import { send } from './support/http.ts';
import { temporaryFolder } from './support/simulator.ts';

test('mail is caught with everyone it was for, shown and told, and forgotten on demand', async () => {
  const folder = await temporaryFolder();
  const catcher = await startMailCatcher({ folder, smtpPort: 0, webPort: 0 });
  onTestFinished(catcher.close);
  await deliver(Number(new URL(catcher.smtp).port));

  const [mail] = (await send(`${catcher.web}/messages`)).body;
  expect(mail).toMatchObject({
    subject: 'Perché <b>approvare</b>?',
    from: '"Chorally" <no-reply@chorally.test>',
    recipients: ['elena@aurora.test', 'nascosto@aurora.test'],
  });
  expect((await send(`${catcher.web}/messages?to=nascosto@aurora.test`)).body).toHaveLength(1);
  expect((await send(`${catcher.web}/messages?to=altri@aurora.test`)).body).toEqual([]);
  const whole = await send(`${catcher.web}/messages/${mail?.['id']}`);
  expect(whole.body).toMatchObject({ text: 'Un post aspetta la tua approvazione.\n', to: 'elena@aurora.test' });
  const page = await (await fetch(catcher.web)).text();
  expect(page).toContain('Perché &lt;b&gt;approvare&lt;/b&gt;?');

  expect((await send(`${catcher.web}/messages`, { method: 'DELETE' })).status).toBe(204);
  expect((await send(`${catcher.web}/messages`)).body).toEqual([]);
  expect((await send(`${catcher.web}/messages/${mail?.['id']}`)).status).toBe(404);
});

/** One message, line by line as SMTP has it. */
async function deliver(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const replies = createInterface(socket)[Symbol.asyncIterator]();
  const reply = async (): Promise<void> => {
    const { value } = await replies.next();
    const line = String(value);
    expect(line).toMatch(/^[23]/);
    if (line[3] === '-') await reply();
  };
  await reply();
  const message = [
    'From: Chorally <no-reply@chorally.test>',
    'To: elena@aurora.test',
    'Subject: =?utf-8?B?UGVyY2jDqSA8Yj5hcHByb3ZhcmU8L2I+Pw==?=',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Un post aspetta la tua approvazione.',
    '.',
  ].join('\r\n');
  const lines = [
    'EHLO test',
    'MAIL FROM:<no-reply@chorally.test>',
    'RCPT TO:<elena@aurora.test>',
    'RCPT TO:<nascosto@aurora.test>',
    'DATA',
    message,
    'QUIT',
  ];
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await reply();
  }
}
