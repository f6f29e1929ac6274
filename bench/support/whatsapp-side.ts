import { z } from 'zod';
import { Complaint } from '../../dev/complaint.ts';
import type { Environment } from '../../dev/environment-file.ts';

const deliveries = z.object({
  taken: z.number(),
  people: z.number(),
  most: z.number(),
  firstAt: z.number().nullable(),
  lastAt: z.number().nullable(),
  waiting: z.number(),
});

/** What WhatsApp has taken since an instant: how much, from when to when, and how often the same person. */
export type Deliveries = z.infer<typeof deliveries>;

/** WhatsApp's own side: how it behaves, and what it has counted. */
export function whatsappSide({ simulators }: Environment) {
  const graph = simulators['graph'];
  if (graph === undefined) throw new Complaint('There is no simulator of WhatsApp.');
  const control = async (path: string, body?: object): Promise<unknown> => {
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${graph.control}${path}`, body === undefined ? {} : json);
    if (!answer.ok) throw new Complaint(`The simulator refuses ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    url: graph.url,
    settings: (change: object) => control('/settings', change),
    /** Somebody writes to a number; the digits of theirs. */
    inbound: (phoneId: string, from: string) =>
      control(`/messaging/numbers/${phoneId}/inbound`, { from, text: 'Avete ancora le arance?' }),
    messaging: (change: object) => control('/messaging/settings', change),
    /** Epoch milliseconds. Counting many takes the simulator's time: not while something is measured. */
    async deliveries(since: number, phoneId: string): Promise<Deliveries> {
      return deliveries.parse(await control(`/messaging/deliveries?since=${since}&phoneId=${phoneId}`));
    },
  };
}

export type WhatsappSide = ReturnType<typeof whatsappSide>;
