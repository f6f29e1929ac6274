import type { Request } from 'express';
import { type Consent, grantCode } from './authorization-codes.ts';
import { escapeHtml, htmlPage } from './html.ts';
import type { World } from './world.ts';

/** Somebody who may be asked for consent, and what they could let an app act for. */
export interface ConsentingPerson {
  readonly id: string;
  readonly name: string;
  readonly company: string;
  /** What can be ticked besides permissions, where the network lets people choose pages itself. */
  readonly pages?: readonly { readonly id: string; readonly name: string }[];
}

export interface ConsentQuestion {
  readonly title: string;
  readonly people: readonly ConsentingPerson[];
  /** The permissions that the app asks for; each can be unticked unless it is in `fixed`. */
  readonly scopes: readonly string[];
  readonly fixed?: readonly string[];
  /** The parameter that carries an untick-proof name of the app, shown to people. */
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string | null;
  readonly codeChallenge: string | null;
  /** The network's own words for "no". */
  readonly denial: Readonly<Record<string, string>>;
}

/**
 * The page on which a person lets the app act for them: a form that a browser and a plain HTTP client can send. It is
 * sent to its own address with `person`, any number of `scope` and `page`, and `answer` (`allow` or `deny`).
 */
export function consentForm({ title, people, scopes, fixed = [] }: ConsentQuestion): string {
  const persons = people.map(
    ({ id, name, company }, index) =>
      `<li><label><input type="radio" name="person" value="${escapeHtml(id)}"${index === 0 ? ' checked' : ''}> ${escapeHtml(`${name}, ${company}`)}</label></li>`,
  );
  const pages = people.flatMap(({ pages: own = [], name }) =>
    own.map(
      (page) =>
        `<li><label><input type="checkbox" name="page" value="${escapeHtml(page.id)}" checked> ${escapeHtml(`${page.name} (${name})`)}</label></li>`,
    ),
  );
  const permissions = scopes.map((scope) =>
    fixed.includes(scope)
      ? `<li><input type="hidden" name="scope" value="${escapeHtml(scope)}"> ${escapeHtml(scope)}</li>`
      : `<li><label><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked> ${escapeHtml(scope)}</label></li>`,
  );
  const form = [
    `<form method="post"><ul>${persons.join('')}</ul>`,
    pages.length === 0 ? '' : `<h2>Pages</h2><ul>${pages.join('')}</ul>`,
    `<h2>Permissions</h2><ul>${permissions.join('')}</ul>`,
    '<p><button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button></p></form>',
  ];
  return htmlPage(title, form.join(''));
}

/** Where the person's answer leads: back to the app, with a code or the network's own "no". Null: there is no such person. */
export function answerConsent(world: World, question: ConsentQuestion, req: Request): string | null {
  const sent = (name: string): readonly string[] => {
    const value: unknown = (req.body as Record<string, unknown> | undefined)?.[name];
    return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
  };
  const back = (answer: Readonly<Record<string, string>>): string =>
    ledBack(question.redirectUri, question.state, answer);
  if (sent('answer')[0] !== 'allow') return back(question.denial);
  const person = question.people.find(({ id }) => id === sent('person')[0]);
  if (person === undefined) return null;
  const consent: Consent = {
    personId: person.id,
    scopes: question.scopes.filter(
      (scope) => question.fixed?.includes(scope) === true || sent('scope').includes(scope),
    ),
    pageIds:
      person.pages === undefined ? null : person.pages.map(({ id }) => id).filter((id) => sent('page').includes(id)),
    clientId: question.clientId,
    redirectUri: question.redirectUri,
    codeChallenge: question.codeChallenge,
  };
  return back({ code: grantCode(world, consent) });
}

/** The app's address with the network's answer and the state that the app sent along. */
export function ledBack(redirectUri: string, state: string | null, answer: Readonly<Record<string, string>>): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  if (state !== null) url.searchParams.set('state', state);
  return url.href;
}
