import type { Told } from '../kernel/revocation.ts';

/** Sends something to the app, as it is; what the app answered. */
export async function delivered(to: string, request: RequestInit): Promise<Omit<Told, 'url'>> {
  const answer = await fetch(to, { ...request, redirect: 'manual' });
  return { status: answer.status, body: (await answer.text()).slice(0, 1_000) };
}
