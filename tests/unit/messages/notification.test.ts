import { describe, expect, it, test } from 'vitest';
import {
  aboutCampaigns,
  aboutConnections,
  type CampaignNotice,
  type ConnectionNotice,
  type Notice,
  type NotificationKind,
  notificationKinds,
  type PostNotice,
} from '../../../src/domain/notification.ts';
import { notificationLine, notificationMail } from '../../../src/messages/notification.ts';
import { speakerFor } from '../../../src/messages/speaker.ts';

const now = new Date('2026-11-30T09:00:00Z');
const notice: PostNotice = {
  about: 'post',
  kind: 'approval_requested',
  actor: 'Elena Conti',
  excerpt: 'Apriamo anche di domenica',
  pages: 3,
  scheduledAt: new Date('2026-12-04T08:30:00Z'),
  comment: null,
  data: { deadlineAt: '2026-12-01T17:00:00Z' },
};
const italian = speakerFor(['it'], 'Europe/Rome');
const english = speakerFor(['en'], 'America/New_York');
const trouble: ConnectionNotice = {
  about: 'connection',
  kind: 'connection_expired',
  page: 'Mercato Aurora',
  network: 'linkedin',
  data: { state: 'expired', since: '2026-11-30T08:00:00Z', waiting: 2, passedSlots: 'now' },
};

const stopped: CampaignNotice = {
  about: 'campaign',
  kind: 'campaign_paused',
  actor: null,
  name: 'Saldi',
  data: { reason: 'cost_cap' },
};

type About = { link?: string; at?: Date };
const mailIn = (speaker: typeof italian, changes: Partial<PostNotice> = {}, about: About = {}) =>
  mailOf(speaker, { ...notice, ...changes }, about);
const mailOfConnection = (speaker: typeof italian, changes: Partial<ConnectionNotice> = {}, about: About = {}) =>
  mailOf(speaker, { ...trouble, ...changes }, about);

function mailOf(speaker: typeof italian, told: Notice, { link = '', at = now }: About) {
  const about = { recipient: 'Marco Galli', tenant: 'Aurora', link: link === '' ? null : link, now: at };
  return notificationMail(speaker, told, about);
}

function noticeOfKind(kind: NotificationKind): Notice {
  if (aboutCampaigns(kind)) return { ...stopped, kind };
  return aboutConnections(kind) ? { ...trouble, kind } : { ...notice, kind };
}

test('a request for approval, in Italian, on the reader’s clock', () => {
  const { subject, text } = mailIn(italian, {}, { link: 'https://console.test/posts/1' });
  expect(subject).toBe('«Apriamo anche di domenica» attende la tua approvazione');
  expect(text).toBe(`Ciao Marco Galli,

«Apriamo anche di domenica» attende la tua approvazione. Leggilo e approvalo, respingilo oppure chiedi modifiche.

È previsto su 3 pagine, venerdì 4 dicembre 2026 alle ore 09:30 (Europe/Rome).

Va deciso entro martedì 1 dicembre 2026 alle ore 18:00 (Europe/Rome). Restano 32 ore.

Il post comincia così:
> Apriamo anche di domenica

Apri il post: https://console.test/posts/1

-- 
Inviato da Chorally per Aurora. Nessuno legge le risposte a questo indirizzo.
`);
});

test('the same in English, on another clock', () => {
  const { subject, text } = mailIn(english);
  expect(subject).toBe('“Apriamo anche di domenica” waits for your approval');
  expect(text).toContain('It is planned for 3 pages, on Friday, December 4, 2026 at 3:30');
  expect(text).toContain('It has to be decided by Tuesday, December 1, 2026 at 12:00');
  expect(text).toContain('(America/New_York). 32 hours are left.');
});

describe('numbers', () => {
  it.each([
    [1, 'planned for one page', 'previsto su una pagina'],
    [2, 'planned for 2 pages', 'previsto su 2 pagine'],
    [0, 'planned for 0 pages', 'previsto su 0 pagine'],
  ])('of %i pages have their plural', (pages, inEnglish, inItalian) => {
    expect(mailIn(english, { pages }).text).toContain(inEnglish);
    expect(mailIn(italian, { pages, scheduledAt: null }).text).toContain(inItalian);
  });

  it.each([
    ['2026-11-30T09:00:30Z', 'One minute is left.', 'Resta un minuto.'],
    ['2026-11-30T09:59:00Z', '59 minutes are left.', 'Restano 59 minuti.'],
    ['2026-11-30T10:00:00Z', 'One hour is left.', 'Resta un’ora.'],
    ['2026-12-02T08:59:00Z', '47 hours are left.', 'Restano 47 ore.'],
    ['2026-12-02T09:00:00Z', '2 days are left.', 'Restano 2 giorni.'],
    ['2026-11-30T09:00:00Z', 'That moment has passed.', 'Quel momento è passato.'],
  ])('of what is left until %s too', (deadlineAt, inEnglish, inItalian) => {
    expect(mailIn(english, { data: { deadlineAt } }).text).toContain(inEnglish);
    expect(mailIn(italian, { data: { deadlineAt } }).text).toContain(inItalian);
  });
});

describe('every kind', () => {
  it.each(notificationKinds)('has its own words in each language: %s', (kind) => {
    for (const speaker of [italian, english]) {
      const { subject, text, html } = mailOf(speaker, noticeOfKind(kind), {});
      expect(subject).not.toMatch(/[{}]|undefined|null/);
      expect(`${text}${html}`).not.toMatch(/[{}]|undefined/);
      expect(subject).not.toBe(mailOf(speaker === italian ? english : italian, noticeOfKind(kind), {}).subject);
    }
    const lines = notificationKinds.map((other) => notificationLine(italian, noticeOfKind(other)));
    expect(new Set(lines).size).toBe(notificationKinds.length);
  });

  it.each(['approved', 'rejected', 'changes_requested', 'expired', 'withdrawn', 'something else'])(
    'of outcome is told by its name: %s',
    (outcome) => {
      const lineOf = (speaker: typeof italian) =>
        notificationLine(speaker, { ...notice, kind: 'approval_settled', data: { outcome } });
      expect(lineOf(english)).toContain('Apriamo');
      expect(lineOf(italian)).toContain('Apriamo');
    },
  );

  it('of a decision says who took it, or that nobody did', () => {
    const said = (outcome: string) => mailIn(english, { kind: 'approval_settled', data: { outcome } }).text;
    expect(said('rejected')).toContain('was rejected. Elena Conti decided. You hear of it because');
    expect(said('expired')).toContain('has expired. Nobody decided in time. You hear of it because');
  });

  it('says what it can when the facts are missing', () => {
    const { text } = mailIn(english, { kind: 'approval_delegated', actor: null, excerpt: ' ', data: {} });
    expect(text).toContain('A colleague asks you to decide on “a post without text” instead.');
    expect(text).not.toContain('It has to be decided');
  });
});

describe('a connection', () => {
  it('that expired is told with what to do, since when, and what waits for it', () => {
    const { subject, text } = mailOfConnection(english, {}, { link: 'https://console.test/connections/1' });
    expect(subject).toBe('“Mercato Aurora” on LinkedIn is no longer connected');
    expect(text).toBe(`Hello Marco Galli,

“Mercato Aurora” on LinkedIn is no longer connected. LinkedIn no longer accepts the access that was granted. Nothing is lost: what should go out waits. Press “Refresh connection” and sign in at LinkedIn with a profile that has admin rights on the page.

It has been so since Monday, November 30, 2026 at 3:00 AM (America/New_York). 2 posts wait for it.

Open the connection: https://console.test/connections/1

-- 
Sent by Chorally for Aurora. Nobody reads answers to this address.
`);
  });

  it('speaks Italian as well, and counts one', () => {
    const { subject, text } = mailOfConnection(italian, { data: { ...trouble.data, waiting: 1 } });
    expect(subject).toBe('«Mercato Aurora» su LinkedIn non è più connessa');
    expect(text).toContain('Un post lo attende.');
  });

  it.each([
    ['permission_lost', 'LinkedIn has taken a permission back.'],
    ['consent_lapsing', 'The consent given at LinkedIn is about to lapse.'],
  ])('that needs consent again says why: %s', (cause, sentence) => {
    const told = { kind: 'connection_refresh_required', data: { state: 'refresh_required', cause } } as const;
    expect(mailOfConnection(english, told).text).toContain(sentence);
  });

  it.each([
    ['degraded', 'LinkedIn is still in trouble. We keep trying'],
    ['expired', 'Press “Refresh connection”'],
    ['refresh_required', 'Press “Refresh connection”'],
  ])('is reminded of with what to do while it is %s', (state, sentence) => {
    const told = { kind: 'connection_reminder', data: { ...trouble.data, state } } as const;
    expect(mailOfConnection(english, told).text).toContain(sentence);
  });

  it.each([
    ['now', 'What had waited goes out now.'],
    ['ask', 'the post asks you.'],
    ['drop', 'where its time had passed, it is dropped.'],
  ])('that works again says what becomes of late posts: %s', (passedSlots, sentence) => {
    const told = { kind: 'connection_repaired', data: { ...trouble.data, passedSlots } } as const;
    const { text } = mailOfConnection(english, told);
    expect(text).toContain(sentence);
    expect(text).not.toContain('It has been so since');
  });
});

describe('a campaign', () => {
  it.each([
    ['cost_cap', 'has paused: its cost cap is reached. Raise its cap and resume it'],
    ['quota', 'the month’s messages are used up. Resume it when'],
    ['error_rate', 'too many of its messages fail. Look at the failures'],
    ['quality', 'WhatsApp has complaints. Look at the quality'],
    ['connection', 'a number cannot send. Look at the connection of its number. It goes on by itself'],
    ['a new reason', '“Saldi” has paused. Resume it when the reason has gone. Whoever was not sent'],
  ])('that has stopped by itself says why, and what can be done: %s', (reason, sentence) => {
    expect(mailOf(english, { ...stopped, data: { reason } }, {}).text).toContain(sentence);
  });

  it('that WhatsApp has stopped says what WhatsApp wants', () => {
    const data = { reason: 'connection', problem: 'payment', code: 131_042 };
    const { subject, text } = mailOf(italian, { ...stopped, data }, { link: 'https://console.test/campaigns/1' });
    expect(subject).toBe('La campagna «Saldi» è in pausa: un numero non può inviare');
    expect(text).toContain('WhatsApp chiede di sistemare il metodo di pagamento dell’account.');
    expect(text).toContain('Apri la campagna: https://console.test/campaigns/1');
  });
});

describe('what people wrote', () => {
  const hostile = '<img src=x onerror="alert(1)"> & {actor} {n, plural, other {#}} \'{\' O’Neil';

  it('is never markup, and never a message of its own', () => {
    const { subject, text, html } = mailIn(italian, { kind: 'mentioned', actor: hostile, comment: hostile });
    expect(subject).toContain(hostile);
    expect(text).toContain(hostile);
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; {actor}');
  });

  it('is quoted line by line', () => {
    const { text, html } = mailIn(english, { kind: 'mentioned', comment: 'One\nTwo <3' });
    expect(text).toContain('Elena Conti wrote:\n> One\n> Two <3');
    expect(html).toContain('<blockquote>One<br>\nTwo &lt;3</blockquote>');
  });

  it('is cut for a subject between characters, never inside of one', () => {
    const family = '👩‍👩‍👧‍👦';
    const { subject } = mailIn(english, { excerpt: family.repeat(80) });
    expect(subject).toBe(`“${family.repeat(59)}…” waits for your approval`);
  });
});

describe('the language', () => {
  it.each([
    [['it-CH', 'en'], 'it-CH'],
    [['en_US', 'it'], 'en-US'],
    [['de', 'it'], 'it'],
    [[null, 'it'], 'it'],
    [['de', 'fr'], 'en-GB'],
    [['not a locale', 'constructor'], 'en-GB'],
  ])('out of %j is %s', (wanted, locale) => {
    expect(speakerFor(wanted, 'Europe/Rome').locale).toBe(locale);
  });

  it('and a time zone that nobody knows keep no message from being sent', () => {
    expect(speakerFor(['it'], 'Mars/Olympus').instant(now)).toBe('lunedì 30 novembre 2026 alle ore 09:00 (UTC)');
  });
});
