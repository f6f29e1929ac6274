import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { claimMails, countStuckMails, sweepMails } from '../../src/db/notification-mail.ts';
import { insertNotifications } from '../../src/db/notification.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { UserId } from '../../src/domain/ids.ts';
import type { Permission } from '../../src/domain/permission.ts';
import { createMailer, type Mailer } from '../../src/platform/mailer.ts';
import { type MailRelayDependencies, sendDue } from '../../src/relay/mail.ts';
import { startSmtp, type Smtp } from '../support/smtp.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { useOwnDatabase } from './support/own-database.ts';

const database = useOwnDatabase();
const start = Date.parse('2026-11-23T09:00:00Z');
const minuteMs = 60_000;

let tenant: OneRowPerTable;
let now: number;
let log: string[];
let outcomes: string[];

beforeEach(async () => {
  [now, log, outcomes] = [start, [], []];
  tenant = oneRowPerTable();
  await withTenant(database.app, tenant.tenant.id, (trx) => insertRows(trx, tenant));
  await database.system.deleteFrom('notification_mail').execute();
});

describe('a notification', () => {
  it('is one e-mail, in the reader’s language, on the reader’s clock', async () => {
    const smtp = await startSmtp();
    await tell(
      await member({ email: 'marco@prova.test', display_name: 'Marco', locale: 'en-GB', time_zone: 'Asia/Tokyo' }),
    );
    await tell(await member({ email: 'sara@prova.test', display_name: 'Sara' }));
    await drain(relay(smtp));
    await drain(relay(smtp));
    expect(Object.fromEntries(smtp.taken.map(({ to, subject }) => [to, subject]))).toEqual({
      '"Marco" <marco@prova.test>': '“Zucca e castagne” waits for your approval',
      '"Sara" <sara@prova.test>': '«Zucca e castagne» attende la tua approvazione',
    });
    expect(smtp.taken).toHaveLength(2);
    const [inEnglish] = smtp.taken.filter(({ to }) => to.includes('Marco'));
    expect(inEnglish?.text).toMatch(/Tuesday,? 24 November 2026 at 18:00 \(Asia\/Tokyo\)/);
    expect(inEnglish?.text).toContain('https://console.test/posts/');
    expect(outcomes).toEqual(['sent', 'sent']);
  });

  it('leaves neither words nor addresses in the log', async () => {
    const smtp = await startSmtp();
    smtp.replies.recipient.push('550 no such user marco@prova.test', '450 marco@prova.test is busy');
    await tell(await member({ email: 'marco@prova.test', display_name: 'Marco Galli' }));
    await tell(await member({ email: 'sara@prova.test', display_name: 'Sara Fontana' }));
    await drain(relay(smtp));
    expect(log.join()).toContain('RCPT 450');
    expect(log.join()).not.toMatch(/prova\.test|Marco|Sara|Zucca/);
  });

  it('is told to nobody who has left, lost their address, or may no longer read posts', async () => {
    const smtp = await startSmtp();
    const [gone, mute, blind] = [await member({}), await member({}), await member({})];
    for (const user of [gone, mute, blind]) await tell(user);
    await inTenant(async (trx) => {
      await trx.updateTable('tenant_member').set({ active: false }).where('user_id', '=', gone).execute();
      await trx.updateTable('tenant_member').set({ email: null }).where('user_id', '=', mute).execute();
      await trx.deleteFrom('member_role').where('user_id', '=', blind).execute();
    });
    await drain(relay(smtp));
    expect(smtp.taken).toEqual([]);
    expect(await queue()).toMatchObject([{ outcome: 'skipped' }, { outcome: 'skipped' }, { outcome: 'skipped' }]);
  });
});

describe('a notification of a connection', () => {
  it('is one e-mail with the page, its network, what to do and where', async () => {
    const smtp = await startSmtp();
    await mayRead('connection.read');
    await tellOfConnection(await member({ locale: 'en-GB' }));
    await drain(relay(smtp));
    const [mail] = smtp.taken;
    expect(mail?.subject).toBe('“Pagina” on Facebook is no longer connected');
    expect(mail?.text).toMatch(/It has been so since Monday,? 23 November 2026 at 10:00 \(Europe\/Rome\)\./);
    expect(mail?.text).toContain('Press “Refresh connection”');
    expect(mail?.text).toContain(`https://console.test/connections/${tenant.connection.id}`);
    expect(smtp.taken).toHaveLength(1);
  });

  it('is told to nobody who may no longer read connections, though they read posts', async () => {
    const smtp = await startSmtp();
    await tellOfConnection(await member({}));
    await drain(relay(smtp));
    expect(smtp.taken).toEqual([]);
    expect(await queue()).toMatchObject([{ outcome: 'skipped' }]);
  });
});

describe('a mail server', () => {
  it('that is busy is asked again, after a minute, then two: the mail arrives once', async () => {
    const smtp = await startSmtp();
    smtp.replies.recipient.push('450 busy');
    smtp.replies.data.push('451 busy still');
    await tell(await member({}));
    await drain(relay(smtp));
    expect(await queue()).toMatchObject([{ outcome: null, attempts: 1, last_error: 'RCPT 450' }]);
    now += minuteMs - 1;
    await drain(relay(smtp));
    now += 1;
    await drain(relay(smtp));
    expect(await queue()).toMatchObject([{ attempts: 2, last_error: 'DATA 451' }]);
    now += 2 * minuteMs;
    await drain(relay(smtp));
    expect(await queue()).toMatchObject([{ outcome: 'sent', attempts: 3, last_error: null }]);
    expect(smtp.taken).toHaveLength(1);
  });

  it('that refuses an address for good is believed: recorded, never asked again', async () => {
    const smtp = await startSmtp();
    smtp.replies.recipient.push('550 no such user');
    await tell(await member({}));
    await drain(relay(smtp));
    now += 24 * 60 * minuteMs;
    await drain(relay(smtp));
    expect(await queue()).toMatchObject([{ outcome: 'refused', last_error: 'RCPT 550' }]);
    expect(smtp.taken).toEqual([]);
  });

  it('that is down loses nothing: what was told meanwhile arrives when it is back', async () => {
    const smtp = await startSmtp();
    await smtp.close();
    for (let count = 0; count < 25; count += 1) await tell(await member({}));
    for (let tries = 0; tries < 6; tries += 1) {
      await drain(relay(smtp));
      now += 60 * minuteMs;
    }
    expect(await countStuckMails(database.system, 5)).toBe(25);
    const back = await startSmtp(smtp.port);
    await drain(relay(back));
    expect(new Set(back.taken.map(({ messageId }) => messageId)).size).toBe(25);
    expect(back.taken).toHaveLength(25);
    expect(await countStuckMails(database.system, 5)).toBe(0);
  });

  it('that is down for three days is not flooded afterwards: what is stale is given up', async () => {
    await tell(await member({}));
    now += 3 * 24 * 60 * minuteMs;
    await tell(await member({}));
    expect(await sweepMails(database.system, new Date(now + 1))).toEqual({ expired: 1, removed: 0 });
    expect((await queue()).map(({ outcome }) => outcome)).toEqual(['expired', null]);
    now += 8 * 24 * 60 * minuteMs;
    expect(await sweepMails(database.system, new Date(now))).toEqual({ expired: 1, removed: 1 });
  });
});

describe('a process that dies', () => {
  it('between the server’s answer and its record repeats one mail, recognisable by its Message-ID', async () => {
    const smtp = await startSmtp();
    await tell(await member({}));
    const dying = relay(smtp);
    await drain({ ...dying, mailer: { ...dying.mailer, send: (...mail) => dying.mailer.send(...mail).then(die) } });
    await drain(relay(smtp));
    expect(smtp.taken).toHaveLength(1);
    now += 2 * minuteMs;
    await drain(relay(smtp));
    now += 24 * 60 * minuteMs;
    await drain(relay(smtp));
    expect(smtp.taken).toHaveLength(2);
    expect(new Set(smtp.taken.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('before it sends leaves the mail to the next, when its lease ends', async () => {
    const smtp = await startSmtp();
    await tell(await member({}));
    expect(await claimMails(database.system, { now: new Date(now), leaseMs: minuteMs, limit: 5 })).toHaveLength(1);
    await drain(relay(smtp));
    expect(smtp.taken).toEqual([]);
    now += minuteMs;
    await drain(relay(smtp));
    expect(smtp.taken).toHaveLength(1);
  });
});

it('several relays at once send each mail once', async () => {
  const smtp = await startSmtp();
  const people = await Promise.all(Array.from({ length: 40 }, () => member({})));
  await tell(...people);
  await Promise.all(Array.from({ length: 4 }, () => drain(relay(smtp))));
  expect(smtp.taken).toHaveLength(40);
  expect(new Set(smtp.taken.map(({ messageId }) => messageId)).size).toBe(40);
});

function die(): never {
  throw new Error('killed');
}

function relay(smtp: Smtp): MailRelayDependencies {
  const mailer: Mailer = createMailer({ smtpUrl: smtp.url, from: 'Chorally <no-reply@chorally.test>' });
  onTestFinished(() => mailer.close());
  return {
    system: database.system,
    systemUrl: '',
    db: database.app,
    mailer,
    consoleUrl: 'https://console.test',
    clock: () => now,
    log: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
    onAnswer: (outcome) => void outcomes.push(outcome),
  };
}

async function drain(dependencies: MailRelayDependencies): Promise<void> {
  while ((await sendDue(dependencies)) > 0);
}

const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(database.app, tenant.tenant.id, work);

async function member(changes: Partial<OneRowPerTable['tenant_member']>): Promise<UserId> {
  const user_id = randomUUID() as UserId;
  await inTenant(async (trx) => {
    await trx
      .insertInto('tenant_member')
      .values({ ...tenant.tenant_member, user_id, username: user_id, email: `${user_id}@prova.test`, ...changes })
      .execute();
    await trx
      .insertInto('member_role')
      .values({ ...tenant.member_role, user_id })
      .execute();
    await trx
      .updateTable('post')
      .set({ scheduled_at: new Date('2026-11-24T09:00:00Z') })
      .execute();
  });
  return user_id;
}

async function tell(...recipients: UserId[]): Promise<void> {
  await inTenant((trx) =>
    insertNotifications(trx, {
      tenantId: tenant.tenant.id,
      kind: 'approval_requested',
      postId: tenant.post.id,
      recipients,
      episode: 'step-1',
      by: null,
      at: new Date(now),
      data: {},
    }),
  );
}

async function tellOfConnection(recipient: UserId): Promise<void> {
  await inTenant((trx) =>
    insertNotifications(trx, {
      tenantId: tenant.tenant.id,
      kind: 'connection_expired',
      connectionId: tenant.connection.id,
      recipients: [recipient],
      episode: 'expired/1',
      by: null,
      at: new Date(now),
      data: { state: 'expired', since: new Date(now).toISOString() },
    }),
  );
}

async function mayRead(permission: Permission): Promise<void> {
  await inTenant((trx) =>
    trx
      .insertInto('role_permission')
      .values({ ...tenant.role_permission, permission })
      .execute(),
  );
}

function queue() {
  return database.system.selectFrom('notification_mail').selectAll().orderBy('created_at').execute();
}
