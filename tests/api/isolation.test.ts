import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallAnswer } from '../support/api.ts';
import { type Belongings, clearBelongings, makeBelongings, viewsOf } from '../support/foreign-tenant.ts';
import { type Attempt, type Outcome, recipesFor } from '../support/isolation-recipes.ts';
import { callRunning, demand } from '../support/running-api.ts';
import { runningOperations } from '../support/running-operations.ts';
import { tellTales } from '../support/tell-tales.ts';

const operations = await runningOperations();
const forMembers = operations.filter(({ permission }) => permission !== undefined);

describe('a tenant admin who names what belongs to another tenant', () => {
  test.each(forMembers)('gets nothing from $name', async ({ name, method, places }) => {
    const attempts = recipesFor(foreign, own)[name];
    if (attempts === undefined) throw new Error(`no recipe says how to reach for foreign things through ${name}`);
    const tried = new Set(attempts.flatMap(({ at }) => at));
    expect(places.filter((place) => !tried.has(place))).toEqual([]);

    for (const attempt of attempts) {
      const answer = await callRunning(attempt.path, { ...(await attempt.call?.()), as: own.cast.admin, method });
      expectOutcome(attempt, answer);
      expect(foreignWords.foundIn(answer), `${attempt.at.join()} of ${name}`).toEqual([]);
    }
    expect(await viewsOf(foreign)).toEqual(before);
  });

  test('keeps her own draft as it was', async () => {
    const { content, version } = (await demand(200, `/v1/posts/${own.draft.id}`, { as: own.cast.admin })).body;
    expect([content.text, version]).toEqual([own.draft.text, 1]);
  });

  test('would have been caught: the other tenant’s admin is shown all of it', async () => {
    const answers = await Promise.all(
      [`/v1/posts/${foreign.returned.id}`, '/v1/users', '/v1/connections', `/v1/media/${foreign.mediaId}`].map((path) =>
        demand(200, path, { as: foreign.cast.admin }),
      ),
    );
    const found = answers.flatMap((answer) => foreignWords.foundIn(answer));
    const { returned, userName, connectionId, mediaId } = foreign;
    const commented = `Commento ${mark}`;
    expect(found).toEqual(
      expect.arrayContaining([returned.id, returned.text, commented, userName, connectionId, mediaId]),
    );
  });
});

test('an idempotency key answers its own tenant only, and its own user only', async () => {
  const request = { method: 'POST', json: { text: '' }, headers: { 'idempotency-key': randomUUID() } };
  const people = [foreign.cast.editor, own.cast.editor, own.cast.admin];
  const answers = [];
  for (const as of people) answers.push(await demand(201, '/v1/posts', { ...request, as }));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(3);
  for (const [index, as] of people.entries()) {
    const again = await demand(201, '/v1/posts', { ...request, as });
    expect([again.headers.get('idempotency-replayed'), again.body.id]).toEqual(['true', answers[index]?.body.id]);
    await demand(204, `/v1/posts/${again.body.id}`, { as, method: 'DELETE', headers: { 'if-match': '*' } });
  }
});

const mark = randomUUID();
let foreign: Belongings;
let own: Belongings;
let before: unknown;
let foreignWords: ReturnType<typeof tellTales>;

beforeAll(async () => {
  foreign = await makeBelongings(
    { slug: 'lariana', admin: 'federica.lariana', editor: 'davide.lariana', reviewer: 'chiara.lariana' },
    mark,
  );
  own = await makeBelongings(
    { slug: 'aurora', admin: 'giulia.aurora', editor: 'elena.aurora', reviewer: 'marco.aurora' },
    randomUUID(),
  );
  before = await viewsOf(foreign);
  foreignWords = tellTales(before, await viewsOf(own));
});

afterAll(async () => {
  await clearBelongings(foreign);
  await clearBelongings(own);
});

const expected: Readonly<Record<Outcome, readonly number[]>> = {
  missing: [404],
  refused: [404, 422],
  nothing: [200],
  own: [200, 201],
};

function expectOutcome({ at, path, outcome }: Attempt, { status, body }: CallAnswer): void {
  const said = `${at.join()} in ${path}: ${JSON.stringify(body).slice(0, 500)}`;
  expect(expected[outcome], said).toContain(status);
  if (outcome === 'missing') expect(body.type, said).toBe('/problems/not-found');
  if (outcome === 'nothing') expect(body.items, said).toEqual([]);
}
