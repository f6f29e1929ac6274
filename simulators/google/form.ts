import type { Call } from '../kernel/operation.ts';

/** A parameter of a form, or of the query where there is no form. */
export function parameter({ body, query }: Call, name: string): string | null {
  const inForm = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  const value = inForm ?? query[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The app's id and secret, as parameters or in the header. */
export function clientOf(call: Call): { readonly id: string | null; readonly secret: string | null } {
  const basic = /^Basic (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
  if (basic === undefined) return { id: parameter(call, 'client_id'), secret: parameter(call, 'client_secret') };
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':', 2);
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) };
}
