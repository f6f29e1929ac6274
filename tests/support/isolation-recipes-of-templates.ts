import type { Belongings } from './foreign-tenant.ts';
import type { Attempt, Outcome } from './isolation-recipes.ts';

const anyVersion = { 'if-match': '*' };

/** What is tried on templates: to name another tenant's, its numbers, and its files as samples. */
export function templateRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const { talk, mediaId, cursors } = foreign;
  const path = `/v1/templates/${talk.templateId}`;
  const missing = (at: string, call: Attempt['call'] = () => ({})): Attempt => ({
    at: ['path.templateId'],
    path: at,
    call,
    outcome: 'missing',
  });
  const withSamples = (to: string, outcome: Outcome, json: object = {}): readonly Attempt[] =>
    Object.entries(samplesOf(mediaId)).map(([at, content]) => ({
      at: [`body.content.${at}`],
      path: to,
      call: () => ({ json: { ...json, content }, headers: anyVersion }),
      outcome,
    }));
  const draft = { connectionId: own.talk.numberId, name: 'x', language: 'it', category: 'utility' };
  const list = {
    connectionId: [talk.numberId, 'nothing'],
    wabaId: [talk.wabaId, 'nothing'],
    status: ['approved', 'own'],
    category: ['marketing', 'own'],
    language: ['it', 'own'],
    q: [`Buone feste ${foreign.mark}`, 'nothing'],
    cursor: [cursors.templates, 'own'],
  } as const;
  return {
    'GET /v1/templates': Object.entries(list).map(([filter, [value, outcome]]) => ({
      at: [`query.${filter}`],
      path: `/v1/templates?${new URLSearchParams({ [filter]: value })}`,
      outcome,
    })),
    'POST /v1/templates': [
      {
        at: ['body.connectionId'],
        path: '/v1/templates',
        call: () => ({ json: { ...draft, connectionId: talk.numberId, content: plain } }),
        outcome: 'refused',
      },
      ...withSamples('/v1/templates', 'refused', draft),
    ],
    'POST /v1/templates/preview': withSamples('/v1/templates/preview', 'own'),
    'POST /v1/templates/sync': [
      {
        at: ['body.connectionId'],
        path: '/v1/templates/sync',
        call: () => ({ json: { connectionId: talk.numberId } }),
        outcome: 'refused',
      },
    ],
    'GET /v1/templates/{templateId}': [missing(path)],
    'GET /v1/templates/{templateId}/versions': [missing(`${path}/versions`)],
    'PATCH /v1/templates/{templateId}': [
      missing(path, () => ({ json: { content: plain }, headers: anyVersion })),
      ...withSamples(`/v1/templates/${own.talk.templateId}`, 'refused'),
    ],
    'DELETE /v1/templates/{templateId}': [missing(path, () => ({ headers: anyVersion }))],
    'POST /v1/templates/{templateId}/submit': [missing(`${path}/submit`, () => ({ headers: anyVersion }))],
    'POST /v1/templates/{templateId}/unpause': [missing(`${path}/unpause`)],
  };
}

const plain = { parameterFormat: 'named', body: { text: 'Ciao' } };

function samplesOf(mediaId: string): Readonly<Record<string, object>> {
  const header = { kind: 'image', mediaId };
  return {
    'header.mediaId': { ...plain, header },
    'cards.header.mediaId': { ...plain, cards: [{ header, body: { text: 'Ciao' } }] },
  };
}
