import express, { type Request, type Response, Router } from 'express';
import { answerConsent, consentForm, type ConsentQuestion, ledBack } from './consent-page.ts';
import { escapeHtml, htmlPage } from './html.ts';
import type { World } from './world.ts';

/** A request for consent that the network does not put to a person: it shows what is wrong, or sends them back with it. */
export type Unaskable =
  | { readonly trouble: string }
  | { readonly back: string; readonly state: string | null; readonly answer: Readonly<Record<string, string>> };

/** Serves a network's consent page at `path`. `read` makes the question out of the address that the app sent people to. */
export function consentRoutes(
  world: World,
  path: string,
  read: (parameter: (name: string) => string | null) => ConsentQuestion | Unaskable,
): Router {
  const asked = (req: Request) =>
    read((name) => {
      const value = req.query[name];
      return typeof value === 'string' && value !== '' ? value : null;
    });
  const router = Router();
  router.get(path, (req, res) => {
    const question = asked(req);
    if ('people' in question) res.send(consentForm(question));
    else unasked(res, question);
  });
  router.post(path, express.urlencoded({ extended: false, limit: '100kb' }), (req, res) => {
    const question = asked(req);
    if (!('people' in question)) return unasked(res, question);
    const location = answerConsent(world, question, req);
    if (location === null) unasked(res, { trouble: 'There is no such person.' });
    else res.redirect(302, location);
  });
  return router;
}

function unasked(res: Response, question: Unaskable): void {
  if ('back' in question) res.redirect(302, ledBack(question.back, question.state, question.answer));
  else res.status(400).send(htmlPage('Something went wrong', `<p>${escapeHtml(question.trouble)}</p>`));
}
