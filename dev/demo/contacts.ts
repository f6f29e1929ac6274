import { z } from 'zod';

import type { Person } from './api-client.ts';
import { groupView, importView } from './campaign-views.ts';
import type { Narrator } from './narrator.ts';
import { observe } from './observe.ts';

export const customers = 3_000;
/** Every twentieth customer has not agreed to be written to. */
const refusesEvery = 20;
const importWithinMs = 60_000;

/** A group that was brought in from a file, and the numbers of those in it who have agreed. */
export type Customers = Readonly<{ groupId: string; agreed: ReadonlySet<string> }>;

const begunImport = z.object({ id: z.string() });

/** Brings customers in from a spreadsheet, with two rows that are wrong and one that stands in it twice. */
export async function importCustomers(elena: Person, say: Narrator): Promise<Customers> {
  const mark = new Date().toISOString();
  const made = await elena.post('/v1/contact-groups', { body: { name: `Clienti con la tessera (${mark})` } });
  say.claim('Elena makes a group for them', made.status === 201, made);
  const { id: groupId } = groupView.parse(made.body);

  const phones = numbersOfNobody();
  const begun = await elena.post('/v1/contact-imports', { form: formOf(spreadsheet(phones), groupId) });
  say.claim(`and uploads a CSV file of ${count(customers + 3)} rows`, begun.status === 201, begun);
  const { id } = begunImport.parse(begun.body);
  const done = await observe(
    async () => importView.parse((await elena.get(`/v1/contact-imports/${id}`)).body),
    ({ finishedAt }) => finishedAt !== null,
    importWithinMs,
  );
  say.claim(
    `${count(done.created)} contacts are new, one row says nothing new, ${done.refused} are refused`,
    done.state === 'done' && done.created === customers && done.unchanged === 1 && done.refused === 2,
    done,
  );
  const refused = await fetch(done.refusedRows?.url ?? '');
  for (const line of (await refused.text()).trim().split(/\r?\n/)) say.tell(`  ${line}`);

  const group = groupView.parse((await elena.get(`/v1/contact-groups/${groupId}`)).body);
  const agreed = new Set(phones.filter((_, index) => hasAgreed(index)));
  say.claim(
    `the group counts ${count(group.count.total)} contacts, of whom ${count(group.count.reachable)} have agreed`,
    group.count.total === customers && group.count.reachable === agreed.size,
    group,
  );
  return { groupId, agreed };
}

const hasAgreed = (index: number): boolean => index % refusesEvery !== 0;

/** Numbers that an earlier story did not use: they begin with the time, in tens of seconds. */
function numbersOfNobody(): readonly string[] {
  const now = String(Math.floor(Date.now() / 10_000) % 10_000).padStart(4, '0');
  return Array.from({ length: customers }, (_, index) => `+39347${now.slice(1)}${String(index).padStart(4, '0')}`);
}

const names = ['Anna', 'Bruno', 'Carla', 'Dario', 'Elsa', 'Fabio', 'Gina', 'Ivo', 'Lea', 'Mario'];

function spreadsheet(phones: readonly string[]): string {
  const rows = phones.map((phone, index) => {
    const name = names[index % names.length];
    // As people write them: without the country's code.
    return `${name};${phone.slice(3)};${1 + (index % 900)};${hasAgreed(index) ? 'sì' : ''}`;
  });
  const wrong = ['Nora;non lo so;12;sì', 'Ugo;02 1;40;sì'];
  return ['Nome;Telefono;Punti;Accetta messaggi', ...rows, ...rows.slice(1, 2), ...wrong].join('\n');
}

function formOf(text: string, groupId: string): FormData {
  const form = new FormData();
  const evidence = 'Modulo della tessera, cassa';
  const consent = { kind: 'column', column: 'Accetta messaggi', grantedBy: ['sì'], evidence };
  form.set('mapping', JSON.stringify({ phone: 'Telefono', name: 'Nome', attributes: { punti: 'Punti' }, consent }));
  form.set('groupId', groupId);
  form.set('file', new Blob([text], { type: 'text/csv' }), 'tessere.csv');
  return form;
}

/** A number as people read it. */
export const count = (value: number): string => value.toLocaleString('en');

/** An exact decimal as people read it: `187.530000` is 187.53. */
export const price = (decimal: string): string => decimal.replace(/(\.\d{2}\d*?)0+$/, '$1');
