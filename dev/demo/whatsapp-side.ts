import { z } from 'zod';

import { Complaint } from '../complaint.ts';
import type { Environment } from '../environment-file.ts';

const takenList = z.array(z.object({ to: z.string(), type: z.string(), template: z.string().nullable() }));

/** A message that WhatsApp has taken. */
type Taken = z.output<typeof takenList>[number] & Readonly<{ id: string }>;

const inbound = z.object({ status: z.number().nullable() });

/** WhatsApp's own side: how fast it takes messages, what it has taken, and what people write. */
export type WhatsappSide = ReturnType<typeof whatsappSide>;

export function whatsappSide({ simulators }: Environment) {
  const control = simulators['graph']?.control;
  if (control === undefined) throw new Complaint('There is no simulator of WhatsApp.');
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${control}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Complaint(`The simulator refuses ${path} (HTTP ${answer.status}).`);
    return answer.json();
  };
  return {
    /** The number is one of a company that writes a lot; statuses come soon, some twice or in another order. */
    async beUsual(): Promise<void> {
      await post('/messaging/settings', {
        throughput: 'HIGH',
        tier: 'TIER_100K',
        deliveredAfterMs: 400,
        readAfterMs: 1_500,
        statusRepeatShare: 0.05,
        statusShuffleShare: 0.05,
      });
    },
    /** The messages of one template that it has taken, however often to the same person. */
    async taken(template: string): Promise<readonly Taken[]> {
      return (await takenMessages(control)).filter((message) => message.template === template);
    },
    /** How many free texts it has taken for somebody. */
    async textsTo(phone: string): Promise<number> {
      const digits = phone.slice(1);
      return (await takenMessages(control)).filter(({ to, type }) => to === digits && type === 'text').length;
    },
    /** Somebody writes to a number, or presses a button; returns the status that our app answers. */
    async write(
      numberId: string,
      said: Readonly<{ from: string; answers: string; text?: string; button?: { text: string; payload: string } }>,
    ): Promise<number | null> {
      return inbound.parse(await post(`/messaging/numbers/${numberId}/inbound`, said)).status;
    },
  };
}

async function takenMessages(control: string): Promise<readonly Taken[]> {
  const answer = await fetch(`${control}/messaging/messages`);
  return z.array(takenList.element.extend({ id: z.string() })).parse(await answer.json());
}
