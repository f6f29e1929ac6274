import { describe, expect, it, onTestFinished } from 'vitest';
import { replyDeskWith } from '../../../src/bin/reply-desk.ts';
import type { OutgoingReply } from '../../../src/api/messages/reply-desk.ts';
import { replyChannel } from '../../../src/channels/whatsapp/reply.ts';
import type { MessageId } from '../../../src/domain/ids.ts';
import { noon, testHttp } from './channel-http.ts';
import { answer, listen } from './local-server.ts';

const id = '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77' as MessageId;
const reply: OutgoingReply = {
  from: { externalId: '105100000000001', accessToken: 'token' },
  to: { phone: '+393471234567', userId: 'IT.1' },
  quotes: 'wamid.theirs',
  reference: { kind: 'message', id },
  content: { kind: 'text', text: 'Certo' },
};

describe('an answer to WhatsApp', () => {
  it('goes to the number, quotes, and carries which message it is', async () => {
    const { desk, received } = await whatsapp(200, { messages: [{ id: 'wamid.ours' }] });
    expect(await desk(reply)).toEqual({ kind: 'accepted', providerMessageId: 'wamid.ours' });
    expect(received).toEqual([
      {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: '393471234567',
        context: { message_id: 'wamid.theirs' },
        biz_opaque_callback_data: `m/${id}`,
        type: 'text',
        text: { body: 'Certo', preview_url: false },
      },
    ]);
  });

  it('goes to the user id of somebody without a number, as a template too', async () => {
    const { desk, received } = await whatsapp(200, { messages: [{ id: 'wamid.ours' }] });
    const content = { kind: 'template', name: 'ciao', language: 'it', components: [] } as const;
    await desk({ ...reply, to: { phone: null, userId: 'IT.1' }, quotes: null, content });
    expect(received).toEqual([
      {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        recipient: 'IT.1',
        biz_opaque_callback_data: `m/${id}`,
        type: 'template',
        template: { name: 'ciao', language: { code: 'it' }, components: [] },
      },
    ]);
  });

  it.each([
    [400, 131_047, 'Re-engagement message', { kind: 'refused', providerStatus: 400, providerCode: '131047' }],
    [400, 130_429, 'Rate limit hit', { kind: 'refused', providerCode: '130429' }],
    [401, 190, 'Error validating access token', { kind: 'grant_refused', problem: 'gone' }],
    [500, 131_016, 'Service unavailable', { kind: 'lost' }],
  ])('that gets %s with %s', async (status, code, message, outcome) => {
    const { desk, received } = await whatsapp(status, { error: { code, message, type: 'OAuthException' } });
    expect(await desk(reply)).toMatchObject(outcome);
    // Whatever the answer: never again by itself.
    expect(received).toHaveLength(1);
  });

  it('that was to have left by now does not leave', async () => {
    const { desk, received } = await whatsapp(200, { messages: [{ id: 'wamid.ours' }] });
    expect(await desk(reply, { departWithinMs: -1 })).toMatchObject({ kind: 'refused', providerCode: null });
    expect(received).toEqual([]);
  });

  it('whose success nobody can read may have been taken', async () => {
    const { desk } = await whatsapp(200, {});
    expect(await desk(reply)).toEqual({ kind: 'lost' });
  });
});

async function whatsapp(status: number, body: unknown) {
  const received: unknown[] = [];
  const network = await listen((request, response) => {
    received.push(JSON.parse(String(request.body)));
    answer(response, status, body, {});
  });
  const http = testHttp(network.origin, { clock: () => noon });
  onTestFinished(async () => {
    await http.close();
    await network.close();
  });
  const app = { id: 'app', secret: 'app-secret', graphVersion: 'v25.0', whatsappConfigId: null };
  return { desk: replyDeskWith(replyChannel({ http, clock: () => noon, app })), received };
}
