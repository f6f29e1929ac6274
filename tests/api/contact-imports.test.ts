import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { contactForm } from '../support/contact-file.ts';
import { useTenantApi } from '../support/tenant-api.ts';

const served = useTenantApi();

describe('a file of contacts', () => {
  test('is taken by itself, counted truly, and gives back what it refused', async () => {
    const group = (await as('POST', '/v1/contact-groups', { name: `Fiera ${randomUUID()}` })).body;
    const text = 'Nome;Telefono\nAnna;340 700 0001\nBice;abc\nCarla;340 700 0002\nAnna;+39 340 700 0001\n';
    const begun = await send(text, { mapping: { phone: 'Telefono', name: 'Nome' }, groupId: group.id });
    expect(begun.status).toBe(201);
    expect(begun.headers.get('location')).toBe(`/v1/contact-imports/${begun.body.id}`);
    expect(begun.body).toMatchObject({ state: 'uploaded', fileName: 'clienti.csv', rowsRead: 0, refusedRows: null });
    const done = await ended(begun.body.id);
    expect(done).toMatchObject({ state: 'done', rowsRead: 4, created: 2, updated: 0, unchanged: 1, refused: 1 });
    expect((await as('GET', `/v1/contact-groups/${group.id}`)).body.count.total).toBe(2);
    const { pathname, search } = new URL(done.refusedRows.url);
    const file = await served().api.call(pathname + search, { as: null });
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(file.body).toBe('row,reason,Nome,Telefono\r\n2,phone_not_a_number,Bice,abc\r\n');
    const forged = await served().api.call(`${pathname}${search.slice(0, -2)}xx`, { as: null });
    expect(forged.body.type).toBe('/problems/not-signed');
    const [newest] = (await as('GET', '/v1/contact-imports?limit=1')).body.items;
    expect(newest.id).toBe(begun.body.id);
    expect(await eventsOf(done.id)).toEqual(['contact_import.started', 'contact_import.finished']);
  });

  test.each([
    ['without a column that the mapping names', 'Nome\nAnna\n', { phone: 'Telefono' }, [422, '/mapping', 'column']],
    ['with a column twice', 'Telefono,Telefono\n1,2\n', { phone: 'Telefono' }, [422, '/mapping', 'unique']],
    ['that is empty', '', { phone: 'Telefono' }, [422, '/file', 'required']],
    ['in another encoding', Uint8Array.from([0xe9, 0x0a]), { phone: 'é' }, [422, '/file', 'not_utf8']],
    [
      'with consent and no evidence',
      'Telefono\n1\n',
      { phone: 'Telefono', consent: { kind: 'everybody' } },
      [400, '/mapping/consent/evidence', 'invalid_type'],
    ],
    ['with a mapping of nothing', 'Telefono\n1\n', {}, [400, '/mapping/phone', 'invalid_type']],
  ])('%s is refused before it is kept', async (_what, text, mapping, expected) => {
    const { status, body } = await send(text, { mapping });
    expect([status, body.errors[0].pointer, body.errors[0].rule]).toEqual(expected);
  });

  test('cannot join a filter', async () => {
    const filter = { field: 'tag', has: 'vip' };
    const group = (await as('POST', '/v1/contact-groups', { name: `Filtro ${randomUUID()}`, filter })).body;
    const { status, body } = await send('Telefono\n340 700 0003\n', { groupId: group.id });
    expect([status, body.errors[0].pointer, body.errors[0].rule]).toEqual([422, '/groupId', 'list']);
  });

  test('that is cancelled takes no further row from the answer on', async () => {
    const rows = Array.from({ length: 60_000 }, (_, at) => `+39342${String(at).padStart(7, '0')}`);
    const { id } = (await send(`Telefono\n${rows.join('\n')}\n`)).body;
    const cancelled = await as('POST', `/v1/contact-imports/${id}/cancel`);
    expect([cancelled.status, cancelled.body.state]).toEqual([200, 'cancelled']);
    const done = await ended(id);
    expect([done.state, done.rowsRead]).toEqual(['cancelled', cancelled.body.rowsRead]);
    const again = await as('POST', `/v1/contact-imports/${id}/cancel`);
    expect(again.body.state).toBe('cancelled');
  });

  test('that has ended cannot be cancelled', async () => {
    const { id } = (await send('Telefono\n340 700 0004\n')).body;
    await ended(id);
    expect((await as('POST', `/v1/contact-imports/${id}/cancel`)).body.type).toBe('/problems/import-ended');
  });
});

const as = (method: string, path: string, json?: unknown) => served().as('elena', method, path, json);
const send = (text: string | Uint8Array<ArrayBuffer>, options?: Parameters<typeof contactForm>[1]) =>
  served().as('elena', 'POST', '/v1/contact-imports', undefined, { body: contactForm(text, options) });

async function ended(id: string) {
  const show = async () => (await as('GET', `/v1/contact-imports/${id}`)).body;
  await vi.waitFor(async () => expect((await show()).finishedAt).not.toBeNull(), { timeout: 30_000, interval: 200 });
  return show();
}

async function eventsOf(id: string): Promise<string[]> {
  const rows = await served().inTenant((trx) =>
    trx.selectFrom('event').select('kind').where('entity_id', '=', id).orderBy('position').execute(),
  );
  return rows.map(({ kind }) => kind);
}
