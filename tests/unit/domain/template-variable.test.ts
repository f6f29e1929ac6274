import type { MediaId } from '../../../src/domain/ids.ts';
import { expect, test } from 'vitest';
import type { TemplateContent } from '../../../src/domain/template.ts';
import { defaultValues } from '../../../src/domain/template-variable.ts';
import { placesOf } from '../../../src/domain/template-variables.ts';

test('what a message must fill is named by its place, each once', () => {
  const content: TemplateContent = {
    parameterFormat: 'named',
    header: { kind: 'text', text: 'Ciao {{name}}', examples: {} },
    body: { text: '{{name}}, {{ city }} e ancora {{name}}', examples: {} },
    footer: 'Con {{niente}}',
    buttons: [
      { kind: 'quick_reply', label: 'Sì' },
      { kind: 'url', label: 'Apri', url: 'https://example.com/{{1}}', example: 'a' },
      { kind: 'copy_code', example: 'X' },
    ],
    cards: [
      {
        header: { kind: 'image', mediaId: 'm' as MediaId, handle: null },
        body: { text: '{{1}}', examples: {} },
        buttons: [{ kind: 'url', label: 'Apri', url: 'https://example.com/', example: null }],
      },
    ],
  };
  expect(placesOf(content).map(({ key }) => key)).toEqual([
    'header.name',
    'body.name',
    'body.city',
    'button.1',
    'button.2',
    'card.0.header.media',
    'card.0.body.1',
  ]);
});

test('somebody of whom nothing is known gets the defaults', () => {
  const values = defaultValues({
    'body.name': { from: 'name', default: 'cliente' },
    'body.city': { from: 'attribute', name: 'city', default: 'qui' },
    'body.code': { from: 'fixed', value: 'X' },
  });
  expect(values).toEqual({ 'body.name': 'cliente', 'body.city': 'qui', 'body.code': 'X' });
});
