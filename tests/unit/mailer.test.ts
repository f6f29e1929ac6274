import { describe, expect, it, onTestFinished, test } from 'vitest';
import { createMailer, type Mail, type Mailer } from '../../src/platform/mailer.ts';
import { type Reply, type Smtp, startSmtp } from '../support/smtp.ts';

const mail: Mail = {
  id: 'notification-1',
  thread: 'post-1',
  to: { name: 'Marco Galli', address: 'marco@aurora.test' },
  subject: 'Un post attende',
  text: 'Leggilo.\n',
  html: '<p>Leggilo.</p>',
  language: 'it',
};

test('a mail says whom it is from, whom for, which one it is, and that a machine wrote it', async () => {
  const { smtp, send } = await started();
  expect(await send(mail)).toEqual({ kind: 'sent' });
  expect(smtp.taken).toMatchObject([
    {
      from: '"Chorally" <no-reply@chorally.test>',
      to: '"Marco Galli" <marco@aurora.test>',
      recipients: ['marco@aurora.test'],
      messageId: '<notification-1@chorally.test>',
      subject: 'Un post attende',
      text: 'Leggilo.\n',
      headers: { 'auto-submitted': 'auto-generated', references: '<post-1@chorally.test>', 'content-language': 'it' },
    },
  ]);
});

test('names and subjects in every script arrive as they are', async () => {
  const { smtp, send } = await started();
  const name = 'Zoë “Ж” 李小龍 👩‍🚀';
  await send({ ...mail, to: { ...mail.to, name }, subject: `Perché no? ${name}`, text: `Ciao ${name}\n` });
  expect(smtp.taken).toMatchObject([
    { to: `"${name}" <marco@aurora.test>`, subject: `Perché no? ${name}`, text: `Ciao ${name}\n` },
  ]);
});

test.each(['\r\nBcc: victim@x.test', '\nX-Evil: 1\n\nbody', '\u2028Bcc: victim@x.test', '\r\n\r\n<script>'])(
  'a name or subject with %j adds no header, no recipient and no body',
  async (evil) => {
    const { smtp, send } = await started();
    await send({ ...mail, to: { ...mail.to, name: `Marco${evil}` }, subject: `Post${evil}` });
    const [taken] = smtp.taken;
    expect(taken?.recipients).toEqual(['marco@aurora.test']);
    expect(Object.keys(taken?.headers ?? {})).not.toContain('bcc');
    expect(Object.keys(taken?.headers ?? {})).not.toContain('x-evil');
    expect(taken?.text).toBe('Leggilo.\n');
  },
);

test.each(['a@b.test, c@d.test', 'a@b.test\r\nRCPT TO:<c@d.test>', '<a@b.test>', 'a b@c.test', 'nobody', 'a@b@c'])(
  'what is no single address (%j) is refused before anybody is asked',
  async (address) => {
    const { smtp, send } = await started();
    expect(await send({ ...mail, to: { name: 'X', address } })).toEqual({ kind: 'refused', code: 'ADDRESS' });
    expect(smtp.taken).toEqual([]);
  },
);

describe('what the server answers', () => {
  const cases: readonly [keyof Smtp['replies'], Reply, unknown][] = [
    ['recipient', '550 no such user marco@aurora.test', { kind: 'refused', code: 'RCPT 550' }],
    ['data', '554 looks like spam', { kind: 'refused', code: 'DATA 554' }],
    ['recipient', '450 mailbox busy', { kind: 'failed', code: 'RCPT 450' }],
    ['data', '451 try later', { kind: 'failed', code: 'DATA 451' }],
    ['sender', '550 you may not send as this', { kind: 'failed', code: 'MAIL 550' }],
    ['recipient', '530 authenticate first', { kind: 'failed', code: 'RCPT 530' }],
    ['login', '535 wrong password', { kind: 'failed', code: 'AUTH 535' }],
  ];
  it.each(cases)('to %s with %j is told by a code, never by its words', async (step, reply, expected) => {
    const { smtp, send } = await started({ login: step === 'login' });
    smtp.replies[step].push(reply);
    expect(await send(mail)).toEqual(expected);
    expect(await send(mail)).toEqual({ kind: 'sent' });
  });

  it('with silence is waited for only so long', async () => {
    const { smtp, mailer } = await started();
    smtp.replies.data.push('silence');
    const answer = await mailer.send(mail, AbortSignal.timeout(300));
    expect(answer.kind).toBe('failed');
    expect(smtp.taken).toEqual([]);
  });

  it('not at all, when it is away, is told too, and it is found again when it is back', async () => {
    const { smtp, mailer, send } = await started();
    await smtp.close();
    expect(await send(mail)).toMatchObject({ kind: 'failed' });
    const back = await startSmtp(smtp.port);
    expect(await mailer.send(mail, AbortSignal.timeout(10_000))).toEqual({ kind: 'sent' });
    expect(back.taken).toHaveLength(1);
  });
});

async function started({ login = false } = {}): Promise<{
  smtp: Smtp;
  mailer: Mailer;
  send: (mail: Mail) => ReturnType<Mailer['send']>;
}> {
  const smtp = await startSmtp();
  const smtpUrl = login ? smtp.url.replace('//', '//user:secret@') : smtp.url;
  const mailer = createMailer({ smtpUrl, from: 'Chorally <no-reply@chorally.test>' });
  onTestFinished(() => mailer.close());
  return { smtp, mailer, send: (one) => mailer.send(one, AbortSignal.timeout(10_000)) };
}
