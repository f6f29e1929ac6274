import { expect, test } from 'vitest';

import { createLogger } from '../../src/platform/logging.ts';

test('secrets and personal data that slip into a log line are blotted out, two levels deep', () => {
  const line = logged({
    token: 'hidden-1',
    headers: { authorization: 'hidden-2', 'set-cookie': 'hidden-3' },
    connection: { secret: { refresh_token: 'hidden-4' } },
    post: { text: 'hidden-5' },
    postId: 'shown',
  });
  expect(line).not.toContain('hidden');
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    program: 'test',
    postId: 'shown',
    msg: 'something happened',
  });
});

function logged(facts: object): string {
  const lines: string[] = [];
  createLogger({ program: 'test', level: 'info' }, { write: (line) => void lines.push(line) }).info(
    facts,
    'something happened',
  );
  return lines.join('');
}
