import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { HeldPage } from '../connector.ts';
import { graphApi, harmlessFor, type MetaDependencies } from '../meta/graph.ts';

const number = z.object({ health_status: z.object({ can_send_message: z.string().nullish() }).nullish() });

/** Whether a number may send; null: WhatsApp does not say. */
export type ReadHealth = (page: HeldPage, options?: CallOptions) => Promise<boolean | null>;

/**
 * Asks whether a number, its account, its business and our app are all fit to send. `LIMITED` is fit: it sends less.
 * https://developers.facebook.com/docs/whatsapp/cloud-api/health-status
 */
export function whatsappHealth(dependencies: MetaDependencies): ReadHealth {
  const graph = graphApi('whatsapp', dependencies);
  return async (page, options) => {
    const common = { method: 'GET', ...harmlessFor(page, options) } as const;
    const query = { fields: 'health_status' };
    const read = await graph.call({ ...common, path: `/${page.externalId}`, query, answer: number });
    const told = read.health_status?.can_send_message ?? null;
    return told === null ? null : told !== 'BLOCKED';
  };
}
