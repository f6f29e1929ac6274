import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { GrantWebhooks, WebhookName } from '../../channels/webhooks/registry.ts';
import type { WebhookReading } from '../../channels/webhooks/grant-webhook.ts';
import type { Clock } from '../../platform/clock.ts';
import { refuseCommon } from '../common-problems.ts';
import { applyNotice, type NoticeDependencies } from './apply-notice.ts';
import { tellTemplate } from './tell-template.ts';
import { dayOfReceipt, deletionReceipt } from './deletion-receipt.ts';
import type { MessageIntake } from './message-intake.ts';

export interface WebhookDependencies extends NoticeDependencies {
  readonly webhooks: GrantWebhooks;
  readonly messages: MessageIntake;
  readonly clock: Clock;
  /** The base that networks and people reach this API by. */
  readonly publicUrl: string;
}

/** Meta bundles up to a thousand changes, in 3 MB at most; what is larger is no webhook. */
const largestBody = 3 * 1_048_576;
/** Of one address; a network's deliveries come from a few. */
const perMinute = 6_000;

/**
 * Where networks tell us of their own accord about grants and messages: `/webhooks/{name}`. Nothing is done before it is
 * proven. Signed news of messages is not limited: it comes three times as fast as a campaign sends.
 */
export function webhookPages(dependencies: WebhookDependencies): Router {
  const router = Router();
  const limiter = new RateLimiterMemory({ keyPrefix: 'webhook', points: perMinute, duration: 60 });
  router.get('/webhooks/deletions/:receipt', (request, response) => showDeletion(request, response, dependencies));
  for (const name of Object.keys(dependencies.webhooks) as WebhookName[]) {
    const path = `/webhooks/${name}`;
    const take = async (request: Request, response: Response): Promise<void> => {
      response.locals['route'] = path;
      const reading = read(dependencies, name, request);
      const numbers = reading.kind === 'news' ? (reading.numbers ?? []) : [];
      if (numbers.length === 0) await requireShare(limiter, request);
      await dependencies.messages.take(numbers);
      await answer(dependencies, { name, reading, response });
    };
    router.get(path, take);
    // The signature is over the bytes, whatever type they claim.
    router.post(path, express.raw({ type: () => true, limit: largestBody }), take);
  }
  router.use('/webhooks', (error: unknown, _request: Request, _response: Response, next: NextFunction) => {
    const isTooLarge = error instanceof Error && 'status' in error && error.status === 413;
    next(isTooLarge ? refuseCommon('too_large', { extensions: { limitBytes: largestBody } }) : error);
  });
  return router;
}

async function requireShare(limiter: RateLimiterMemory, request: Request): Promise<void> {
  const within = await limiter.consume(request.socket.remoteAddress ?? '').then(
    () => true,
    () => false,
  );
  if (!within) throw refuseCommon('rate_limited');
}

async function answer(
  dependencies: WebhookDependencies,
  { name, reading, response }: { name: WebhookName; reading: WebhookReading; response: Response },
): Promise<void> {
  switch (reading.kind) {
    case 'handshake':
      response.type(reading.contentType).set('x-content-type-options', 'nosniff').send(reading.words);
      return;
    case 'forged':
      throw refuseCommon('unauthenticated');
    case 'unreadable':
      throw refuseCommon('malformed');
    case 'news': {
      const now = new Date(dependencies.clock());
      for (const notice of reading.notices) await applyNotice(dependencies, notice, now);
      for (const notice of reading.templates ?? []) await tellTemplate(dependencies.db, notice, now);
      if (!name.endsWith('data-deletion')) return void response.status(200).end();
      const receipt = deletionReceipt(dependencies.urlKey, now);
      // What Meta shows the person: where they can see that it was done.
      response.json({ url: `${dependencies.publicUrl}/webhooks/deletions/${receipt}`, confirmation_code: receipt });
    }
  }
}

function read({ webhooks }: WebhookDependencies, name: WebhookName, request: Request): WebhookReading {
  return webhooks[name]({
    method: request.method === 'POST' ? 'POST' : 'GET',
    query: new URLSearchParams(request.originalUrl.split('?').slice(1).join('?')),
    headers: Object.fromEntries(Object.keys(request.headers).map((header) => [header, request.get(header)])),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  });
}

/** Deletion is done when it is confirmed, so there is nothing to look up. */
function showDeletion(
  request: Request<{ receipt: string }>,
  response: Response,
  { urlKey }: WebhookDependencies,
): void {
  const day = dayOfReceipt(urlKey, request.params.receipt);
  if (day === null) throw refuseCommon('not_found');
  response
    .type('html')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Data deletion</title></head>` +
        `<body><p>The request of ${day} has been carried out: the access that you had granted and your name are gone.</p>` +
        `<p lang="it">La richiesta del ${day} è stata eseguita: l’accesso che avevi concesso e il tuo nome sono stati eliminati.</p></body></html>`,
    );
}
