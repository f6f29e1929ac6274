import type { MediaId } from '../../src/domain/ids.ts';
import type { TemplateContent } from '../../src/domain/template.ts';

/** Everything that a template can have but cards, with named variables. */
export const orderReady: TemplateContent = {
  parameterFormat: 'named',
  header: { kind: 'text', text: 'Ordine {{order}} pronto', examples: { order: 'A-17' } },
  body: {
    text: 'Ciao {{first_name}}, il tuo ordine {{order}} ti aspetta nel negozio di via Verdi a Milano.',
    examples: { first_name: 'Elena', order: 'A-17' },
  },
  footer: 'Rispondi STOP per non ricevere altro',
  buttons: [
    { kind: 'quick_reply', label: 'Grazie' },
    {
      kind: 'url',
      label: 'Segui il tuo ordine',
      url: 'https://mercatoaurora.example/o/{{1}}',
      example: 'https://mercatoaurora.example/o/A-17',
    },
    { kind: 'phone_number', label: 'Chiamaci', phone: '+39 02 5550 1001' },
    { kind: 'copy_code', example: 'NATALE25' },
  ],
  cards: [],
};

/** A carousel of two cards, with variables by their places; the samples have been uploaded as `handle`. */
export function carousel(handle: string | null, mediaId: MediaId | null = null): TemplateContent {
  const card = (name: string, path: string): TemplateContent['cards'][number] => ({
    header: { kind: 'image', mediaId, handle },
    body: { text: `Il cesto ${name} a soli {{1}} euro fino a domenica`, examples: { '1': '29' } },
    buttons: [
      {
        kind: 'url',
        label: 'Ordina',
        url: `https://mercatoaurora.example/${path}/{{1}}`,
        example: `https://mercatoaurora.example/${path}/1`,
      },
    ],
  });
  return {
    parameterFormat: 'positional',
    header: null,
    body: { text: 'Buone feste {{1}} da tutto il Mercato Aurora', examples: { '1': 'Elena' } },
    footer: null,
    buttons: [],
    cards: [card('grande', 'grande'), card('piccolo', 'piccolo')],
  };
}
