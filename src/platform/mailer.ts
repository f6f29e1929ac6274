import { createTransport } from 'nodemailer';
import type { MailConfig } from './config.ts';

export interface Mail {
  /** Unique and always the same for the same message: whoever receives it twice can tell. */
  readonly id: string;
  /** Messages of one thread are shown together by mail programs. */
  readonly thread: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** A BCP 47 tag. */
  readonly language: string;
}

/**
 * What a mail server made of a message. `refused`: never to be tried again; `failed`: the server, or the way to it, is
 * in trouble. `code` names the step and the reply, such as `RCPT 550`, and repeats no words of the server.
 */
export type MailAnswer =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'failed'; readonly code: string };

export interface Mailer {
  /** Never throws. */
  send(mail: Mail, signal: AbortSignal): Promise<MailAnswer>;
  close(): void;
}

const connections = 5;
const connectTimeoutMs = 10_000;
const silenceTimeoutMs = 20_000;

/** Sends through one SMTP server, on a few connections that are kept. */
export function createMailer({ smtpUrl, from }: MailConfig): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: connections,
    // A message whose connection broke may have arrived: whoever keeps the queue decides when it is sent again.
    maxRequeues: 0,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send(mail, signal) {
      const { to, subject, text, html, language } = mail;
      if (!isAddress(to.address)) return { kind: 'refused', code: 'ADDRESS' };
      try {
        await transport.sendMail({
          from,
          to: { name: oneLine(to.name), address: to.address },
          subject: oneLine(subject),
          text,
          html,
          messageId: `<${mail.id}@${domain}>`,
          references: `<${mail.thread}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
          signal,
        });
        return { kind: 'sent' };
      } catch (error) {
        return answerOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Stricter than the standard: no quoted local parts, nothing that could end a header or name a second recipient. */
function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s"(),:;<>@[\\\]\p{Cc}]+@[^\s"(),:;<>@[\\\]\p{Cc}]+$/u.test(text);
}

/** A header is one line: what could break it becomes a space. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** Replies that speak of our own access, not of the recipient or the message. */
const ownFault: readonly number[] = [530, 534, 535, 538];

function answerOf(error: unknown): MailAnswer {
  const { code = 'UNKNOWN', command = '', responseCode = null } = error as Partial<SmtpError>;
  const step = command.split(' ')[0] ?? '';
  const named = responseCode === null ? code : `${step} ${responseCode}`;
  const aboutThisMail = step === 'RCPT' || step === 'DATA';
  const forGood = responseCode !== null && responseCode >= 500 && responseCode < 600;
  return forGood && aboutThisMail && !ownFault.includes(responseCode)
    ? { kind: 'refused', code: named }
    : { kind: 'failed', code: named };
}

interface SmtpError {
  readonly code: string;
  readonly command: string;
  readonly responseCode: number;
}
