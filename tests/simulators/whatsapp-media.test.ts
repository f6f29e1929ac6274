import { expect, test } from 'vitest';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { image, serveFiles } from './support/images.ts';
import { refusal } from './support/graph.ts';
import { type Json, send, type Sent } from './support/http.ts';
import { externalId, listeningApp, number, settings } from './support/whatsapp.ts';

const [aurora, lariana] = whatsappBusinesses;
const [waba] = aurora.wabas;
const link = 'http://127.0.0.1:9/nothing.jpg';

test('the image of a template is named by a link or by an id, and by one of them', async () => {
  const { sendPicture, upload } = await pictures();
  for (const named of [{}, { id: '', link: '' }, { id: await upload(), link }]) {
    expect(await sendPicture(named)).toMatchObject({ kind: 'refused', code: 132_018, status: 400 });
  }
  expect(await sendPicture({ link })).toMatchObject({ kind: 'accepted' });
  expect(await sendPicture({ id: await upload() })).toMatchObject({ kind: 'accepted' });
});

test('an id must be that of a file that was uploaded for the account, and a link an address', async () => {
  const { sendPicture, upload } = await pictures();
  const at = "template['components'][0]['parameters'][0]['image']";
  const words = `(#100) Param ${at}['id'] is not a valid whatsapp business account media attachment ID`;
  const foreign = await upload(lariana);
  for (const id of ['4711', foreign]) {
    expect(await sendPicture({ id })).toMatchObject({ kind: 'refused', code: 100, words });
  }
  expect(await sendPicture({ link: 'nowhere' })).toMatchObject({
    kind: 'refused',
    code: 100,
    words: `(#100) Param ${at}['link'] is not a valid URI.`,
  });
});

test('a link is followed once the message is taken, and what is not there fails it with 131053', async () => {
  const { sendPicture, app } = await pictures();
  const address = await serveFiles({ 'c.jpg': await image('jpeg') });
  expect(await sendPicture({ link: address('c.jpg') })).toMatchObject({ kind: 'accepted' });
  await expect.poll(() => app.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered']);

  expect(await sendPicture({ link: address('gone.jpg') })).toMatchObject({ kind: 'accepted' });
  expect(await sendPicture({ link })).toMatchObject({ kind: 'accepted' });
  const errors = () => app.statuses().flatMap(({ errors: all = [] }) => all);
  const details = 'Downloading media from weblink failed with http code 404, status message Not Found';
  await expect.poll(() => errors().length).toBe(2);
  expect(errors().map(({ code }) => code)).toEqual([131_053, 131_053]);
  expect(errors().map(({ error_data: data }) => data.details)).toContain(details);
});

test('files are left where they are when a test is about something else', async () => {
  const { sendPicture, control, app } = await pictures();
  await settings(control, { fetchMedia: false });
  await sendPicture({ link });
  await expect.poll(() => app.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered']);
});

test('a message may be a file and nothing else, by the same rules', async () => {
  const { write, upload } = await pictures();
  expect((await write({ type: 'image', image: { id: await upload() } })).status).toBe(200);
  expect((await write({ type: 'document', document: { link, filename: 'a.pdf' } })).status).toBe(200);
  expect(refusal(await write({ type: 'audio', audio: { id: '4711' } }))).toEqual({ status: 400, code: 100 });
  expect(refusal(await write({ type: 'video', video: {} }))).toEqual({ status: 400, code: 132_018 });
  expect(refusal(await write({ type: 'video' }))).toEqual({ status: 400, code: 131_008 });
});

test('what is no form, has no file, or is a file that WhatsApp does not send is not taken', async () => {
  const { post } = await pictures();
  expect(refusal(await post({ json: {} }))).toEqual({ status: 400, code: 100 });
  const bytes = Buffer.from(
    '--x\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n--x--\r\n',
  );
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const empty = await post({ bytes, headers });
  expect(empty.body['error']?.['message']).toBe('(#100) The parameter file is required.');
});

/** A number with a template that shows an image, and somebody who has just written to it. */
async function pictures() {
  const { sendTemplate, control, simulator } = await number();
  const app = await listeningApp();
  const quick = { deliveredAfterMs: 20, readShare: 0, latencyMs: 0, pairBurst: 100 };
  await settings(control, { callbackUrl: app.url, ...quick });
  const header = { type: 'HEADER', format: 'IMAGE' };
  const components = [header, { type: 'BODY', text: 'Guarda!' }];
  await control('/templates', { json: { wabaId: waba.id, name: 'foto', components } });
  const person = '393400000009';
  await control(`/messaging/numbers/${externalId}/inbound`, { json: { from: person, text: 'Ciao' } });
  const sendPicture = (named: object) =>
    sendTemplate({
      name: 'foto',
      components: [{ type: 'header', parameters: [{ type: 'image', image: named }] }],
    });
  const authorization = `Bearer ${aurora.accessToken}`;
  const at = `${simulator.url}/v26.0/${externalId}`;
  const write = (said: object) =>
    send(`${at}/messages`, {
      headers: { authorization },
      json: { messaging_product: 'whatsapp', to: person, ...said },
    });
  const post = (sent: Sent) =>
    send(`${at}/media`, { method: 'POST', ...sent, headers: { authorization, ...sent.headers } });
  /** Hands a file in, for the first account unless told otherwise; returns its id. */
  async function upload({ accessToken, wabas }: Business = aurora): Promise<string> {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('file', new File([new Uint8Array(await image('jpeg'))], 'a.jpg', { type: 'image/jpeg' }));
    const answer = await fetch(`${simulator.url}/v26.0/${wabas[0].numbers[0]?.id}/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      body: form,
    });
    return String(((await answer.json()) as Json)['id']);
  }
  return { sendPicture, write, post, upload, control, app };
}

type Business = (typeof whatsappBusinesses)[number];
