import { describe, expect, it } from 'vitest';
import { numberNewsIn } from '../../../src/channels/webhooks/whatsapp-messages.ts';
import type { InboundMessage, MessageStatus } from '../../../src/domain/number-news.ts';

// The shapes are those of Meta's reference, by type of message.
const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };
const contacts = [{ profile: { name: 'Sheena Nelson' }, wa_id: '16505551234' }];
const wamid = 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=';
const usual = { from: '16505551234', id: wamid, timestamp: '1749416383' };
const quoted = { from: '15550783881', id: 'wamid.ours' };
const value = (parts: object) => ({ messaging_product: 'whatsapp', metadata, contacts, ...parts });
const messageIn = (message: object, parts: object = {}): InboundMessage | undefined =>
  numberNewsIn(value({ messages: [{ ...usual, ...message }], ...parts }))?.messages[0];

describe('a message to a number', () => {
  it('comes with who wrote it, when, and to which number', () => {
    const news = numberNewsIn(value({ messages: [{ ...usual, type: 'text', text: { body: 'Another color?' } }] }));
    expect(news).toEqual({
      numberId: '106540352242922',
      messages: [
        {
          providerId: wamid,
          at: 1_749_416_383_000,
          from: { phone: '+16505551234', userId: null, name: 'Sheena Nelson' },
          kind: 'text',
          text: 'Another color?',
          content: { text: { body: 'Another color?' } },
          quotes: null,
          counts: 'answer',
        },
      ],
      statuses: [],
      preferences: [],
    });
  });

  it.each([
    [{ type: 'button', button: { payload: 'yes', text: 'Sì' }, context: quoted }, 'Sì', 'click', 'wamid.ours'],
    [
      { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: '1', title: 'Cambia' } } },
      'Cambia',
      'answer',
      null,
    ],
    [
      {
        type: 'interactive',
        interactive: { type: 'list_reply', list_reply: { id: 'p', title: 'Espresso', description: '1 giorno' } },
        context: quoted,
      },
      'Espresso',
      'answer',
      'wamid.ours',
    ],
    [
      { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent' } } },
      'Sent',
      'answer',
      null,
    ],
    [
      { type: 'image', image: { caption: 'Ecco', mime_type: 'image/jpeg', sha256: 'x', id: '1003383421387256' } },
      'Ecco',
      'answer',
      null,
    ],
    [{ type: 'audio', audio: { mime_type: 'audio/ogg; codecs=opus', id: '1', voice: true } }, '', 'answer', null],
    [{ type: 'location', location: { latitude: 44.5, longitude: 11.3, name: 'Bar' } }, 'Bar', 'answer', null],
    [{ type: 'reaction', reaction: { message_id: 'wamid.ours', emoji: '👍' } }, '👍', 'nothing', 'wamid.ours'],
    [{ type: 'reaction', reaction: { message_id: 'wamid.ours' } }, '', 'nothing', 'wamid.ours'],
    [
      { type: 'system', system: { body: 'User A changed', type: 'user_changed_number' } },
      'User A changed',
      'nothing',
      null,
    ],
    [{ type: 'unsupported', errors: [{ code: 131_051, title: 'Message type unknown' }] }, '', 'answer', null],
    [{ type: 'hologram', hologram: { id: '7' } }, '', 'answer', null],
    [{ type: 'text', text: { body: 'Inoltrato' }, context: { forwarded: true } }, 'Inoltrato', 'answer', null],
  ])('is understood as far as it has words: %j', (message, text, counts, quotes) => {
    const { type: kind, context, ...parts } = message as { type: string; context?: object };
    const content = { ...parts, ...(context === undefined ? {} : { context }) };
    expect(messageIn(message)).toMatchObject({ kind, text, counts, quotes });
    expect(messageIn(message)?.content).toEqual(content);
  });

  it('comes from somebody without a number, whom WhatsApp names by an id', () => {
    const people = [{ profile: { name: 'Sheena', username: '@sheena' }, user_id: 'US.13491208655302741918' }];
    const message = { from: undefined, from_user_id: 'US.13491208655302741918', type: 'text', text: { body: 'Ciao' } };
    const from = { phone: null, userId: 'US.13491208655302741918', name: 'Sheena' };
    expect(messageIn(message, { contacts: people })?.from).toEqual(from);
  });

  it('is understood without the list of people', () => {
    const message = { type: 'text', text: { body: 'Ciao' } };
    expect(messageIn(message, { contacts: undefined })?.from).toEqual({
      phone: '+16505551234',
      userId: null,
      name: null,
    });
  });

  it('keeps nothing that Postgres could not', () => {
    const body = `a\u0000b${String.fromCharCode(0xd8_3d)}c`;
    const people = [{ profile: { name: 'N\u0000' }, wa_id: '16505551234' }];
    const read = messageIn({ type: 'text', text: { body, 'k\u0000': [body] } }, { contacts: people });
    const clean = 'ab\ufffdc';
    expect(read).toMatchObject({ text: clean, from: { name: 'N' }, content: { text: { body: clean, k: [clean] } } });
  });

  it('of a group, of nobody, or without sense is left out, and the others are taken', () => {
    const good = { ...usual, type: 'text', text: { body: 'Ciao' } };
    const messages = [
      { ...good, group_id: 'g' },
      { ...good, from: 'nobody' },
      { ...good, timestamp: 'yesterday' },
      { ...good, id: 7 },
      'nonsense',
      good,
    ];
    expect(numberNewsIn(value({ contacts: [], messages }))?.messages.map(({ text }) => text)).toEqual(['Ciao']);
  });

  it.each([null, 'x', {}, { metadata: {} }, { metadata: { phone_number_id: 7 } }])(
    'to no number is nothing: %j',
    (change) => expect(numberNewsIn(change)).toBeNull(),
  );
});

describe('a status', () => {
  const statusIn = (parts: object): MessageStatus | undefined =>
    numberNewsIn(
      value({
        statuses: [{ id: wamid, status: 'sent', timestamp: '1750030073', recipient_id: '16505551234', ...parts }],
      }),
    )?.statuses[0];

  it('comes with our own words and what it costs', () => {
    const pricing = { billable: true, pricing_model: 'PMP', category: 'marketing', type: 'regular' };
    expect(statusIn({ pricing, biz_opaque_callback_data: 'c/1/2', conversation: { id: 'x' } })).toEqual({
      providerId: wamid,
      state: 'sent',
      at: 1_750_030_073_000,
      opaque: 'c/1/2',
      errorCode: null,
      pricing: { billable: true, category: 'marketing' },
    });
  });

  it.each([
    [
      { billable: true, type: 'free_entry_point', category: 'marketing' },
      { billable: false, category: 'marketing' },
    ],
    [
      { billable: false, category: 'service' },
      { billable: false, category: 'service' },
    ],
    [
      { type: 'regular', category: 'utility' },
      { billable: true, category: 'utility' },
    ],
    [{ category: 'utility' }, null],
  ])('of the price %j says whether it is charged for', (pricing, told) => {
    expect(statusIn({ pricing })?.pricing).toEqual(told);
  });

  it('of a failure says why, by its code', () => {
    const errors = [
      {
        code: 131_049,
        title: 'This message was not delivered to maintain healthy ecosystem engagement.',
        message: 'This message was not delivered to maintain healthy ecosystem engagement.',
        error_data: {
          details: 'In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
        },
        href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
      },
    ];
    expect(statusIn({ status: 'failed', errors })).toMatchObject({
      state: 'failed',
      errorCode: 131_049,
      pricing: null,
    });
  });

  it.each([
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['played', 'read'],
    ['deleted', undefined],
    ['warning', undefined],
  ])('%s means %s', (status, state) => expect(statusIn({ status })?.state).toBe(state));
});

describe('a preference', () => {
  const preferenceIn = (parts: object) =>
    numberNewsIn(
      value({
        user_preferences: [
          {
            wa_id: '16505551234',
            detail: 'User requested to stop marketing messages',
            category: 'marketing_messages',
            value: 'stop',
            timestamp: 1_731_705_721,
            ...parts,
          },
        ],
      }),
    )?.preferences;

  it.each([
    ['stop', false],
    ['resume', true],
  ])('%s is a word about marketing', (value, wants) => {
    const from = { phone: '+16505551234', userId: null, name: 'Sheena Nelson' };
    expect(preferenceIn({ value })).toEqual([{ from, at: 1_731_705_721_000, wants }]);
  });

  it('that decides nothing, or something else, is none', () => {
    expect(preferenceIn({ value: 'signup' })).toEqual([]);
    expect(preferenceIn({ category: 'calls' })).toEqual([]);
  });
});
