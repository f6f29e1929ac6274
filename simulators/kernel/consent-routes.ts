import express, { type Request, Router } from 'express';
import { answerConsent, consentForm, type ConsentQuestion } from './consent-page.ts';
import { escapeHtml, htmlPage } from './html.ts';
import type { World } from './world.ts';

/** A request for consent that the network does not even put to a person; it cannot be sent back to anybody. */
export interface Unaskable {
  readonly trouble: string;
}

/** Serves a network's consent page at `path`. `read` makes the question out of the address that the app sent people to. */
export function consentRoutes(
  world: World,
  path: string,
  read: (parameter: (name: string) => string | null) => ConsentQuestion | Unaskable,
): Router {
  const router = Router();
  const asked = (req: Request) =>
    read((name) => {
      const value = req.query[name];
      return typeof value === 'string' && value !== '' ? value : null;
    });
  router.get(path, (req, res) => {
    const question = asked(req);
    if ('trouble' in question) res.status(400).send(troublePage(question));
    else res.send(consentForm(question));
  });
  router.post(path, express.urlencoded({ extended: false, limit: '100kb' }), (req, res) => {
    const question = asked(req);
    if ('trouble' in question) return void res.status(400).send(troublePage(question));
    const location = answerConsent(world, question, req);
    if (location === null) res.status(400).send(troublePage({ trouble: 'There is no such person.' }));
    else res.redirect(302, location);
  });
  return router;
}

const troublePage = ({ trouble }: Unaskable): string =>
  htmlPage('Something went wrong', `<p>${escapeHtml(trouble)}</p>`);
