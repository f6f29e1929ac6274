import { onTestFinished } from 'vitest';
import { hostsFor } from '../../src/channels/http/hosts.ts';
import { openLane } from '../../src/channels/http/lane.ts';
import { channelHttp, usualHttpSettings } from '../../src/channels/http.ts';
import { whatsappLimits } from '../../src/channels/whatsapp/limits.ts';
import { replyChannel } from '../../src/channels/whatsapp/reply.ts';
import { whatsappSender } from '../../src/channels/whatsapp/send.ts';
import { seedApps } from './apps.ts';

/** WhatsApp at this address, as the product speaks to it, until the test ends. */
export function whatsappAt(url: string) {
  const limits = { ...usualHttpSettings.limits, allowPrivateTargets: true };
  const hosts = hostsFor({ whatsapp: url, facebook: url });
  const http = channelHttp({ ...usualHttpSettings, limits, hosts, clock: Date.now });
  const lane = openLane(limits, { connections: 64 });
  onTestFinished(async () => void (await Promise.all([http.close(), lane.close()])));
  const app = seedApps.meta;
  return {
    sender: whatsappSender({ lane, hosts, app }),
    readLimits: whatsappLimits({ http, clock: Date.now, app, highPerSecond: 1_000 }),
    replies: replyChannel({ http, clock: Date.now, app }),
  };
}
