import { describe, expect, it, test } from 'vitest';
import { type Notice, notificationKinds } from '../../../src/domain/notification.ts';
import { notificationLine, notificationMail } from '../../../src/messages/notification.ts';
import { speakerFor } from '../../../src/messages/speaker.ts';

const now = new Date('2026-11-30T09:00:00Z');
const notice: Notice = {
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
const mailIn = (speaker: typeof italian, changes: Partial<Notice> = {}, about: { link?: string; at?: Date } = {}) =>
  notificationMail(
    speaker,
    { ...notice, ...changes },
    { recipient: 'Marco Galli', tenant: 'Aurora', link: about.link ?? null, now: about.at ?? now },
  );

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
      const { subject, text, html } = mailIn(speaker, { kind });
      expect(subject).not.toMatch(/[{}]|undefined|null/);
      expect(`${text}${html}`).not.toMatch(/[{}]|undefined/);
      expect(subject).not.toBe(mailIn(speaker === italian ? english : italian, { kind }).subject);
    }
    const lines = notificationKinds.map((other) => notificationLine(italian, { ...notice, kind: other }));
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
