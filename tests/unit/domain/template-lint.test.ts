import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MediaId } from '../../../src/domain/ids.ts';
import { templateAdvice } from '../../../src/domain/template-advice.ts';
import { type LintedTemplate, templateViolations } from '../../../src/domain/template-lint.ts';
import type { TemplateContent } from '../../../src/domain/template.ts';
import { carousel, orderReady } from '../../support/template-contents.ts';

const template: LintedTemplate = { name: 'ordine_pronto', language: 'it', category: 'utility', content: orderReady };
const image = { kind: 'image', mimeType: 'image/jpeg', bytes: 100_000 } as const;
const fileId = 'f' as MediaId;

/** What is wrong with a template that is otherwise sound, as `pointer rule`. */
const wrong = (change: Partial<LintedTemplate>, sample: Parameters<typeof templateViolations>[1] = () => image) =>
  templateViolations({ ...template, ...change }, sample).map(({ pointer, rule }) => `${pointer} ${rule}`);
const saying = (content: Partial<TemplateContent>) => wrong({ content: { ...orderReady, ...content } });
const body = (text: string, examples: Record<string, string> = {}) => saying({ body: { text, examples } });
const places = (text: string) =>
  wrong({
    content: { ...plain, body: { text, examples: { '1': 'uno', '2': 'due', '3': 'tre' } } },
  });
const plain: TemplateContent = {
  parameterFormat: 'positional',
  header: null,
  body: { text: 'Ciao', examples: {} },
  footer: null,
  buttons: [],
  cards: [],
};

describe('a template that WhatsApp takes', () => {
  it('has nothing wrong with it, named or by places, with buttons or cards', () => {
    expect(wrong({})).toEqual([]);
    expect(wrong({ content: carousel(null, fileId) })).toEqual([]);
    expect(wrong({ content: plain })).toEqual([]);
    expect(saying({ header: { kind: 'location' } })).toEqual([]);
  });
});

describe('the name and the language', () => {
  it.each(['Ordine', 'ordine-pronto', 'ordine pronto', '', 'è'])('a template is not called %j', (name) => {
    expect(wrong({ name })).toEqual(['/name name']);
  });

  it('are codes of WhatsApp, within 512 characters', () => {
    expect(wrong({ name: 'a'.repeat(513) })).toEqual(['/name max_length']);
    expect(wrong({ language: 'en-US' })).toEqual(['/language language']);
    expect(wrong({ language: 'en_US' })).toEqual([]);
  });
});

describe('variables', () => {
  it.each([
    ['{{1}} il tuo ordine è pronto da noi', 'variable_at_edge'],
    ['Il tuo ordine è pronto da noi {{1}}', 'variable_at_edge'],
    ['Il tuo ordine è pronto da noi, {{1}}!', 'variable_at_edge'],
    ['Caro {{1}} {{2}} il tuo ordine è pronto qui da noi', 'adjacent_variables'],
    ['Ciao {{1}} qui', 'too_few_words'],
    ['Ciao {{2}} il tuo ordine è pronto', 'variable_order'],
    ['Ciao {{first_name}} il tuo ordine è pronto', 'mixed_parameters'],
    ['Ciao {{1a}} il tuo ordine è pronto', 'variable_name'],
  ])('WhatsApp refuses %j: %s', (text, rule) => {
    expect(places(text)).toContain(`/content/body/text ${rule}`);
  });

  it('each have a sample, on one line', () => {
    expect(body('Ciao {{first_name}} il tuo ordine è pronto')).toEqual([
      '/content/body/examples/first_name example_missing',
    ]);
    expect(body('Ciao {{first_name}} il tuo ordine è pronto', { first_name: 'a\nb' })).toEqual([
      '/content/body/examples/first_name example_fits',
    ]);
    // What every object has is no sample.
    expect(body('Ciao {{constructor}} il tuo ordine è pronto')).toEqual([
      '/content/body/examples/constructor example_missing',
    ]);
  });

  it('need two words each and one more, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 30 }), (variables, extra) => {
        const names = Array.from({ length: variables }, (_, index) => index + 1);
        const words = 1 + variables + extra;
        const text = `inizio ${names.map((name) => `{{${name}}} e`).join(' ')} ${'parola '.repeat(extra)}`.trim();
        const examples = Object.fromEntries(names.map((name) => [String(name), 'x']));
        const found = wrong({ content: { ...plain, body: { text, examples } } });
        expect(found.includes('/content/body/text too_few_words')).toBe(words < 2 * variables + 1);
      }),
    );
  });
});

describe('lengths', () => {
  it.each([
    [{ body: { text: 'a'.repeat(1_025), examples: {} } }, '/content/body/text max_length'],
    [{ header: { kind: 'text', text: 'a'.repeat(61), examples: {} } }, '/content/header/text max_length'],
    [{ footer: 'a'.repeat(61) }, '/content/footer max_length'],
    [{ buttons: [{ kind: 'quick_reply', label: 'a'.repeat(26) }] }, '/content/buttons/0/label max_length'],
    [{ buttons: [{ kind: 'copy_code', example: 'A'.repeat(16) }] }, '/content/buttons/0/example code'],
  ] as const)('end where WhatsApp ends them (%#)', (content, expected) => {
    expect(saying(content)).toEqual([expected]);
  });
});

describe('header and footer', () => {
  it('are plain', () => {
    const header = (text: string) => saying({ header: { kind: 'text', text, examples: { a: 'x', b: 'y' } } });
    expect(header('Offerta *grande*')).toEqual(['/content/header/text no_formatting']);
    expect(header('Auguri 🎄')).toEqual(['/content/header/text no_formatting']);
    expect(header('Per te {{a}} e poi anche per {{b}} qui')).toContain('/content/header/text max_variables');
    expect(saying({ footer: 'Ciao {{first_name}}' })).toEqual(['/content/footer no_variables']);
  });

  it('show a sample of a kind and size that WhatsApp takes', () => {
    const content = { ...plain, header: { kind: 'image', mediaId: fileId, handle: null } } as const;
    expect(wrong({ content })).toEqual([]);
    expect(wrong({ content }, () => null)).toEqual(['/content/header/mediaId required']);
    expect(wrong({ content }, () => ({ ...image, mimeType: 'image/webp' }))).toEqual([
      '/content/header/mediaId media_kind',
    ]);
    expect(wrong({ content }, () => ({ ...image, bytes: 5_300_000 }))).toEqual(['/content/header/mediaId max_bytes']);
  });
});

describe('buttons', () => {
  const url = { kind: 'url', label: 'Vai', url: 'https://a.example/{{1}}', example: 'https://a.example/x' } as const;
  const reply = (label: string) => ({ kind: 'quick_reply', label }) as const;

  it('are limited by kind, and quick replies stand together', () => {
    const labels = Array.from({ length: 11 }, (_, index) => `R${index}`);
    expect(saying({ buttons: labels.map(reply) })).toEqual([
      '/content/buttons max_buttons',
      '/content/buttons max_buttons',
    ]);
    const three = ['A', 'B', 'C'].map((label) => ({ ...url, label }));
    expect(saying({ buttons: three })).toEqual(['/content/buttons max_buttons']);
    expect(saying({ buttons: [reply('A'), url, reply('B')] })).toEqual(['/content/buttons grouped_buttons']);
    expect(saying({ buttons: [reply('A'), reply('A')] })).toEqual(['/content/buttons/1/label unique']);
  });

  it.each([
    ['https://a.example/{{1}}/x', 'variable_at_end'],
    ['https://a.example/{{nome}}', 'variable_at_end'],
    ['https://{{1}}', 'variable_at_end'],
    ['https://wa.me/39025550', 'url'],
    ['javascript:alert(1)', 'url'],
    ['a.example', 'url'],
  ])('do not lead to %s', (address, rule) => {
    expect(saying({ buttons: [{ ...url, url: address }] })).toContain(`/content/buttons/0/url ${rule}`);
  });
});

describe('a carousel', () => {
  const cards = carousel(null, fileId).cards;
  const [first] = cards;

  it('has two to ten cards of one shape, and nothing beside its body', () => {
    const base = carousel(null, fileId);
    const film = { ...cards[1], header: { kind: 'video', mediaId: fileId, handle: 'h' } } as (typeof cards)[number];
    expect(wrong({ content: { ...base, cards: first === undefined ? [] : [first] } })).toEqual([
      '/content/cards max_cards',
    ]);
    expect(wrong({ content: { ...base, footer: 'Ciao' } })).toEqual(['/content/cards carousel_alone']);
    expect(wrong({ content: { ...base, cards: first === undefined ? [] : [first, film] } })).toContain(
      '/content/cards/1 same_cards',
    );
  });
});

describe('how a template fits its category', () => {
  it('is advised on: advertising is not a utility, and marketing offers a way out', () => {
    const promo = { ...plain, body: { text: 'Uno sconto del 20% per te', examples: {} } };
    expect(templateAdvice({ ...template, content: promo })).toEqual([
      { pointer: '/content/body/text', hint: 'promotional', value: 'sconto' },
    ]);
    expect(templateAdvice({ ...template, category: 'marketing', content: promo }).map(({ hint }) => hint)).toEqual([
      'no_opt_out',
    ]);
    expect(templateAdvice({ ...template, category: 'marketing' })).toEqual([]);
  });
});
