import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type AddressObject, simpleParser } from 'mailparser';

export interface CaughtMail {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly from: string;
  /** Everyone the envelope named, so blind copies too. */
  readonly recipients: readonly string[];
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  readonly messageId: string | null;
  readonly text: string;
  readonly html: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly { readonly name: string | null; readonly mimeType: string; readonly bytes: number }[];
}

/** Reads a message off the wire. */
export async function readMail(stream: Readable, recipients: readonly string[]): Promise<CaughtMail> {
  const mail = await simpleParser(stream);
  return {
    id: randomUUID(),
    receivedAt: Date.now(),
    from: addresses(mail.from),
    recipients,
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? null,
    text: mail.text ?? '',
    html: mail.html === false ? null : mail.html,
    headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line.slice(key.length + 1).trim()])),
    attachments: mail.attachments.map(({ filename, contentType, size }) => ({
      name: filename ?? null,
      mimeType: contentType,
      bytes: size,
    })),
  };
}

function addresses(given: AddressObject | AddressObject[] | undefined): string {
  if (given === undefined) return '';
  return (Array.isArray(given) ? given : [given]).map(({ text }) => text).join(', ');
}
