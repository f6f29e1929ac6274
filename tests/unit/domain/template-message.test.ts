import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { componentsFor, missingValues, renderTemplate } from '../../../src/domain/template-message.ts';
import { placesOf } from '../../../src/domain/template-variables.ts';
import { carousel, orderReady } from '../../support/template-contents.ts';

const values = {
  'header.order': 'B-2',
  'body.first_name': 'Ugo',
  'body.order': 'B-2',
  'button.1': 'B-2',
  'button.3': 'AUGURI10',
};

describe('a message of a template', () => {
  it('brings named parameters, the ending of an address and the code to copy', () => {
    expect(componentsFor(orderReady, values)).toEqual([
      { type: 'header', parameters: [{ type: 'text', parameter_name: 'order', text: 'B-2' }] },
      {
        type: 'body',
        parameters: [
          { type: 'text', parameter_name: 'first_name', text: 'Ugo' },
          { type: 'text', parameter_name: 'order', text: 'B-2' },
        ],
      },
      { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'Grazie' }] },
      { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'B-2' }] },
      {
        type: 'button',
        sub_type: 'copy_code',
        index: '3',
        parameters: [{ type: 'coupon_code', coupon_code: 'AUGURI10' }],
      },
    ]);
  });

  it('brings the values of each card, and media by link or by id', () => {
    const content = carousel('4::handle');
    const given = {
      'body.1': 'Ugo',
      ...Object.fromEntries(
        [0, 1].flatMap((card) => [
          [`card.${card}.header.media`, card === 0 ? 'https://cdn.example/a.jpg' : '77'],
          [`card.${card}.body.1`, '19'],
          [`card.${card}.button.0`, 'x'],
        ]),
      ),
    };
    const [, sent] = componentsFor(content, given);
    const cards = sent?.type === 'carousel' ? sent.cards : [];
    expect(cards.map(({ components }) => components[0])).toEqual([
      { type: 'header', parameters: [{ type: 'image', image: { link: 'https://cdn.example/a.jpg' } }] },
      { type: 'header', parameters: [{ type: 'image', image: { id: '77' } }] },
    ]);
  });

  it('is not made without a value, nor with an empty one', () => {
    const { 'button.1': _ending, ...rest } = values;
    expect(missingValues(orderReady, { ...rest, 'body.order': ' ' })).toEqual(['body.order', 'button.1']);
    expect(() => componentsFor(orderReady, rest)).toThrow('button.1');
  });

  it('never carries what WhatsApp refuses in a parameter', () => {
    const words = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '\r'), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        words.filter((text) => text.trim() !== ''),
        (text) => {
          const sent = JSON.stringify(componentsFor(orderReady, { ...values, 'body.first_name': text }));
          expect(sent).not.toMatch(/\\[nrt]| {5,}/);
        },
      ),
    );
  });
});

describe('the preview', () => {
  it('shows the samples, or the values in their place', () => {
    expect(renderTemplate(orderReady).body).toBe(
      'Ciao Elena, il tuo ordine A-17 ti aspetta nel negozio di via Verdi a Milano.',
    );
    const rendered = renderTemplate(orderReady, values);
    expect(rendered.header).toEqual({ kind: 'text', text: 'Ordine B-2 pronto' });
    expect(rendered.buttons.map(({ target }) => target)).toEqual([
      null,
      'https://mercatoaurora.example/o/B-2',
      '+39 02 5550 1001',
      'AUGURI10',
    ]);
  });

  it('names every place that takes a value', () => {
    expect(placesOf(orderReady).map(({ key }) => key)).toEqual(Object.keys(values));
  });
});
