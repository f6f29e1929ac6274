import { Router } from 'express';
import { escapeHtml, htmlPage } from '../kernel/html.ts';
import type { Collection } from '../kernel/store.ts';
import type { CaughtMail } from './message.ts';

/** The caught mail as JSON (`/messages`), newest first, and as a page for people (`/`). */
export function mailPages(messages: Collection<CaughtMail>, clear: () => Promise<void>): Router {
  const router = Router();
  const newestFirst = (): CaughtMail[] => messages.values().toReversed();
  router.get('/health', (_req, res) => void res.json({ status: 'ok' }));
  router.get('/messages', (req, res) => {
    const { to } = req.query;
    const wanted = newestFirst().filter(({ recipients }) => typeof to !== 'string' || recipients.includes(to));
    res.json(wanted.map(({ text: _text, html: _html, headers: _headers, ...summary }) => summary));
  });
  router.get('/messages/:id', (req, res) => {
    const mail = messages.get(req.params.id);
    if (mail === null) res.status(404).type('application/problem+json').send(missing);
    else res.json(mail);
  });
  router.delete('/messages', async (_req, res) => {
    await clear();
    res.status(204).end();
  });
  router.get(
    '/',
    (_req, res) => void res.send(htmlPage('Mail', newestFirst().map(article).join('') || '<p>None.</p>')),
  );
  return router;
}

const missing = JSON.stringify({ type: 'about:blank', title: 'Not found', status: 404, detail: 'No such message.' });

function article({ id, from, recipients, subject, receivedAt, text }: CaughtMail): string {
  const time = new Date(receivedAt).toISOString();
  return `<article id="${id}"><h2>${escapeHtml(subject)}</h2>
<p>${escapeHtml(from)} to ${escapeHtml(recipients.join(', '))}, <time>${time}</time> <a href="/messages/${id}">JSON</a></p>
<p class="text">${escapeHtml(text)}</p></article>`;
}
