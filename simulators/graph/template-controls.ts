import { z } from 'zod';
import { nextNumericId } from '../kernel/ids.ts';
import { ControlProblem, type ControlRoute, parsed } from '../control/route.ts';
import type { World } from '../kernel/world.ts';
import { decide, named, settled, tellApp } from './template-review.ts';
import { approvedTemplate, normalised, type Template, templateNamed, templatesOf } from './template-store.ts';

const decisionBody = z.strictObject({
  status: z.enum(['APPROVED', 'REJECTED', 'PAUSED', 'DISABLED', 'FLAGGED', 'PENDING_DELETION']),
  reason: z.string().default('NONE').describe('As in INVALID_FORMAT.'),
  title: z.string().nullable().default(null).describe('As in FIRST_PAUSE or RATE_LIMITING_PAUSE.'),
});
const qualityBody = z.strictObject({ quality: z.enum(['GREEN', 'YELLOW', 'RED', 'UNKNOWN']) });
const categoryBody = z.strictObject({ category: z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION']) });
const heldBody = z.strictObject({
  wabaId: z.string().describe('The account.'),
  name: z.string(),
  language: z.string().default('it'),
  category: z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION']).default('MARKETING'),
  parameterFormat: z.enum(['POSITIONAL', 'NAMED']).default('POSITIONAL'),
  components: z.array(z.record(z.string(), z.unknown())).describe('As Graph gives them back.'),
});
const told = z.object({ id: z.string(), status: z.string(), category: z.string(), quality: z.string() });

/** What WhatsApp does with templates of its own accord, when a test or a demo says so. */
export function templateControls(world: World): readonly ControlRoute[] {
  const params = { id: "The template's id." };
  const missing = 'No template has this id.';
  const common = { method: 'post', params, status: 200, answer: told, missing } as const;
  const found = (id: unknown): Template => {
    const template = templatesOf(world).get(String(id));
    if (template === null) throw new ControlProblem(404, missing);
    return settled(world, template);
  };
  const present = ({ id, status, category, quality }: Template): object => ({ id, status, category, quality });
  return [
    {
      method: 'post',
      path: '/templates',
      id: 'holdTemplate',
      summary: 'Give an account a template that was approved long ago; the app is told nothing',
      body: heldBody,
      status: 200,
      answer: told,
      handle: (req) => {
        const { components, ...said } = parsed(heldBody, req.body);
        const id = templateNamed(world, said)?.id ?? nextNumericId().slice(0, 15);
        const template = approvedTemplate({ ...said, id, components: normalised(components) });
        templatesOf(world).put(id, template);
        return present(template);
      },
    },
    {
      ...common,
      path: '/templates/{id}/decide',
      id: 'decideTemplate',
      summary: 'Approve, reject, pause, disable or flag a template, and tell the app',
      body: decisionBody,
      handle: (req) => present(decide(world, found(req.params['id']), parsed(decisionBody, req.body))),
    },
    {
      ...common,
      path: '/templates/{id}/quality',
      id: 'rateTemplate',
      summary: 'Change the quality of a template, and tell the app',
      body: qualityBody,
      handle: (req) => {
        const before = found(req.params['id']);
        const after = { ...before, quality: parsed(qualityBody, req.body).quality };
        templatesOf(world).put(after.id, after);
        const scores = { previous_quality_score: before.quality, new_quality_score: after.quality };
        tellApp(world, after.wabaId, {
          field: 'message_template_quality_update',
          value: { ...scores, ...named(after) },
        });
        return present(after);
      },
    },
    {
      ...common,
      path: '/templates/{id}/category',
      id: 'recategoriseTemplate',
      summary: 'Put a template into another category, and tell the app',
      body: categoryBody,
      handle: (req) => {
        const before = found(req.params['id']);
        const after = { ...before, category: parsed(categoryBody, req.body).category };
        templatesOf(world).put(after.id, after);
        const categories = { previous_category: before.category, new_category: after.category };
        tellApp(world, after.wabaId, { field: 'template_category_update', value: { ...named(after), ...categories } });
        return present(after);
      },
    },
  ];
}
