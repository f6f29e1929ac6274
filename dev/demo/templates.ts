import type { Person } from './api-client.ts';
import { lintView, templateView } from './campaign-views.ts';
import type { Narrator } from './narrator.ts';
import { observe } from './observe.ts';
import type { Page } from './pages.ts';

const reviewWithinMs = 30_000;

export type ApprovedTemplate = Readonly<{ id: string; name: string }>;

/** Writes a template, mends what WhatsApp would refuse, and has WhatsApp approve it. */
export async function approvedTemplate(elena: Person, number: Page, say: Narrator): Promise<ApprovedTemplate> {
  const first = content('{{nome}}, da oggi nei nostri negozi il panettone è in offerta');
  const judged = lintView.parse((await elena.post('/v1/templates/preview', { body: { content: first } })).body);
  say.claim('the preview says what WhatsApp would refuse', judged.violations.length > 0, judged);
  for (const { pointer, detail } of judged.violations) say.tell(`  ${pointer}: ${detail}`);

  const mended = content('Ciao {{nome}}, con i tuoi {{punti}} punti il panettone artigianale di Aurora è in offerta.');
  const values = { 'body.nome': 'Anna', 'body.punti': '120' };
  const again = lintView.parse((await elena.post('/v1/templates/preview', { body: { content: mended, values } })).body);
  say.claim(`mended, it reads “${again.rendered.body}”`, again.violations.length === 0, again);

  // A name that was used is blocked for a month once it is deleted: the time makes each run's own.
  const name = `panettone_${Date.now()}`;
  const draft = { connectionId: number.id, name, language: 'it', category: 'marketing', content: mended };
  const saved = await elena.post('/v1/templates', { body: draft });
  say.claim('the draft is saved', saved.status === 201, saved);
  const { id } = templateView.parse(saved.body);
  const submitted = await elena.post(`/v1/templates/${id}/submit`, { ifMatch: saved.etag });
  say.claim('Elena hands it in; WhatsApp reviews it', submitted.status === 200, submitted);
  const reviewed = await observe(
    async () => templateView.parse((await elena.get(`/v1/templates/${id}`)).body),
    ({ status }) => status !== 'pending',
    reviewWithinMs,
  );
  say.claim('and tells us by a webhook that it is approved', reviewed.status === 'approved', reviewed);
  return { id, name };
}

function content(text: string) {
  return {
    parameterFormat: 'named',
    body: { text, examples: text.includes('{{punti}}') ? { nome: 'Anna', punti: '120' } : { nome: 'Anna' } },
    footer: 'Rispondi STOP per non ricevere altro',
    buttons: [{ kind: 'quick_reply', label: 'Mettimelo da parte' }],
  };
}
