import { expect, test } from 'vitest';
import { shownText } from '../../simulators/linkedin/little-text.ts';

test.each([
  ['plain words', 'Buongiorno a tutti: 100% qualità!', 'Buongiorno a tutti: 100% qualità!'],
  ['every escape', '\\\\ \\| \\{ \\} \\@ \\[ \\] \\( \\) \\< \\> \\# \\* \\_ \\~', '\\ | { } @ [ ] ( ) < > # * _ ~'],
  ['a mention', 'Grazie @[Mercato \\(Aurora\\)](urn:li:organization:10100001)!', 'Grazie Mercato (Aurora)!'],
  ['a hashtag', 'Offerte #città2026 oggi', 'Offerte #città2026 oggi'],
  ['a hashtag template', 'Offerte {hashtag|\\#|sconti} e {hashtag|#|saldi}', 'Offerte #sconti e #saldi'],
  ['emoji and line breaks', "🌿\nuna riga\n\nun'altra", "🌿\nuna riga\n\nun'altra"],
])('%s is shown as it is meant', (_what, commentary, shown) => {
  expect(shownText(commentary)).toBe(shown);
});

test.each([
  ['a parenthesis', 'Sconti (fino a domani)', 'Sconti '],
  ['an address', 'Scrivi a info@example.it ora', 'Scrivi a info'],
  ['a lone hash', 'Siamo i n. # 1', 'Siamo i n. '],
  ['an underscore', 'file_name', 'file'],
  ['an open template', 'Ciao {hashtag|#|x', 'Ciao '],
  ['a backslash that escapes nothing', 'C:\\temp', 'C:'],
])('%s that is not escaped ends the text', (_what, commentary, shown) => {
  expect(shownText(commentary)).toBe(shown);
});
