import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { whatsappBusinesses } from '../../../simulators/graph/whatsapp-seeds.ts';
import { seedApp } from '../../../simulators/seed.ts';
import { openLane } from '../../../src/channels/http/lane.ts';
import { hostsFor } from '../../../src/channels/http/hosts.ts';
import { usualHttpSettings } from '../../../src/channels/http.ts';
import { whatsappHealth } from '../../../src/channels/whatsapp/health.ts';
import { type Departure, whatsappSender } from '../../../src/channels/whatsapp/send.ts';
import { seedApps } from '../../support/apps.ts';
import { testHttp } from '../../unit/channels/channel-http.ts';
import { graphAs } from './graph.ts';

const [business] = whatsappBusinesses;
const [waba] = business.wabas;
export const externalId = waba.numbers[0]?.id ?? '';
const template = { kind: 'template', name: 'saldi', language: 'it', components: [] } as const;
export const sale = { wabaId: waba.id, name: 'saldi', components: [{ type: 'BODY', text: 'Ciao! Da oggi i saldi.' }] };

type Control = Awaited<ReturnType<typeof graphAs>>['control'];

export const settings = (control: Control, json: object) => control('/messaging/settings', { json });

/** A number of the seed, as the product sends from it. */
export async function number() {
  const { simulator, control } = await graphAs();
  const lane = openLane({ ...usualHttpSettings.limits, allowPrivateTargets: true }, { connections: 8 });
  onTestFinished(() => lane.close());
  const hosts = hostsFor({ whatsapp: simulator.url });
  const open = whatsappSender({ lane, hosts, app: seedApps.meta });
  const sendFrom = open({ externalId, accessToken: business.accessToken });
  const send = (rowId: string, phone: string, departure: Partial<Departure> = {}) =>
    sendFrom({ rowId, to: { phone }, content: template }, { departBy: performance.now() + 5_000, ...departure });
  const http = testHttp(simulator.url);
  onTestFinished(() => http.close());
  const health = whatsappHealth({ http, clock: Date.now, app: seedApps.meta });
  const maySend = () => health({ externalId, accessToken: business.accessToken, details: {} });
  const sendTemplate = (sent: { name: string; components: readonly object[] }) =>
    sendFrom(
      { rowId: 'row', to: { phone: '+393400000009' }, content: { ...template, ...sent } },
      { departBy: performance.now() + 5_000 },
    );
  await control('/templates', { json: sale });
  return { send, sendTemplate, control, maySend, simulator };
}

export interface ToldStatus {
  readonly id: string;
  readonly status: string;
  readonly recipient_id: string;
  readonly biz_opaque_callback_data: string;
  readonly pricing: { readonly category: string };
  readonly errors?: readonly { readonly code: number; readonly error_data: { readonly details: string } }[];
}

interface Value {
  readonly contacts?: readonly { readonly user_id: string }[];
  readonly messages?: readonly Readonly<Record<string, unknown>>[];
  readonly statuses?: readonly ToldStatus[];
  /** Of a template. */
  readonly event?: string;
  readonly other_info?: { readonly title: string };
}

/** An app that takes whatever it is told. */
export async function listeningApp() {
  const received: { body: string; signature: string }[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    received.push({ body, signature: String(req.headers['x-hub-signature-256']) });
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const values = (): readonly Value[] =>
    received.flatMap(({ body }) => {
      const { entry } = JSON.parse(body) as { entry: { changes: { value: Value }[] }[] };
      return entry.flatMap(({ changes }) => changes.map(({ value }) => value));
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    values,
    statuses: () => values().flatMap(({ statuses = [] }) => statuses),
    forged: () => received.filter(({ body, signature }) => signature !== signed(body)),
  };
}

const signed = (body: string): string =>
  `sha256=${createHmac('sha256', seedApp.meta.clientSecret).update(body).digest('hex')}`;
