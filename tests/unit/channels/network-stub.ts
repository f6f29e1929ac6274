import { onTestFinished } from 'vitest';
import {
  type ChannelDependencies,
  channelRegistry,
  type Channels,
  connectorRegistry,
  type Connectors,
} from '../../../src/channels/registry.ts';
import { seedApps } from '../../support/apps.ts';
import { noon, testHttp } from './channel-http.ts';
import { answer, listen, type LocalServer, type ReceivedRequest } from './local-server.ts';

export type Route = (request: ReceivedRequest) => { status?: number; body?: unknown; headers?: Record<string, string> };

/** A network that knows the given routes ("GET /path", without the API version) and answers 404 to the rest. */
export async function networkWith(
  routes: Readonly<Record<string, Route>>,
  apps: Partial<ChannelDependencies['apps']> = {},
): Promise<{ channels: Channels; connectors: Connectors; network: LocalServer; clock: { now: number } }> {
  const network = await listen((request, response) => {
    const route = routes[`${request.method} ${request.path.replace(/^\/v25\.0/, '')}`];
    const { status = 200, body = {}, headers = {} } = route?.(request) ?? { status: 404, body: { code: 'NOT_FOUND' } };
    answer(response, status, body, headers);
  });
  const clock = { now: noon };
  const http = testHttp(network.origin, { clock: () => clock.now });
  onTestFinished(async () => {
    await http.close();
    await network.close();
  });
  const dependencies = {
    http,
    clock: () => clock.now,
    apps: {
      ...seedApps,
      meta: { id: 'app', secret: 'app-secret', graphVersion: 'v25.0', whatsappConfigId: null },
      linkedin: { id: 'client', secret: 'client-secret', version: '202610' },
      ...apps,
    },
  };
  return { channels: channelRegistry(dependencies), connectors: connectorRegistry(dependencies), network, clock };
}

export const goneObject = { status: 400, body: { error: { code: 100, error_subcode: 33, message: 'gone' } } };

export const photoFile = {
  kind: 'image' as const,
  url: 'https://media.example/photo.jpg',
  read: async () => new Uint8Array([1, 2, 3]),
  mimeType: 'image/jpeg',
  bytes: 3,
  altText: 'Una vetrina',
};
