import { Complaint } from '../complaint.ts';
import type { Stack } from '../stack.ts';

/**
 * Sets our app's address at the simulated Meta, as operators do at the real one, so that templates, messages and what
 * becomes of them are told. Tests set the addresses that they need themselves.
 */
export async function setAppWebhooks({ kind, ports }: Stack): Promise<void> {
  if (kind === 'test') return;
  const url = `http://localhost:${ports.api}/webhooks/meta`;
  await set(ports.graph, '/settings', { appWebhookUrl: url });
  await set(ports.graph, '/messaging/settings', { callbackUrl: url });
}

async function set(port: number, path: string, settings: object): Promise<void> {
  const answer = await fetch(`http://localhost:${port}/_control${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  if (!answer.ok) throw new Complaint(`The simulated Meta takes no settings (HTTP ${answer.status}).`);
}
