import { createHmac } from 'node:crypto';

/** `X-Hub-Signature-256` of a webhook's body. */
export const hubSignature = (body: string, appSecret: string): string =>
  `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;

/** What Meta sends when a person removes an app: the payload and the proof that Meta wrote it, both in base64url. */
export function signedRequest(payload: Readonly<Record<string, unknown>>, appSecret: string): string {
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${createHmac('sha256', appSecret).update(encoded).digest('base64url')}.${encoded}`;
}
