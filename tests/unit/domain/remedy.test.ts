import { describe, expect, it, test } from 'vitest';
import type { ConnectionError } from '../../../src/domain/connection.ts';
import { type Ailment, remedyCodes, remedyOf } from '../../../src/domain/remedy.ts';
import { remedySentence } from '../../../src/messages/remedy.ts';
import { speakerFor } from '../../../src/messages/speaker.ts';

const well: Ailment = { network: 'facebook', kind: 'facebook_login', state: 'connected', error: null, missing: [] };

describe('what would help a connection', () => {
  it('is nothing while all is well', () => {
    expect(remedyOf(well)).toBeNull();
    expect(remedySentence(italian, well)).toBeNull();
  });

  it('that works for the most part is the permissions that are missing', () => {
    expect(remedyOf({ ...well, missing: ['read_insights'] })).toBe('grant_permissions');
  });

  it('whose network answers 500 is to check the admin rights of the page', () => {
    expect(remedyOf(degraded('network_trouble', 500))).toBe('check_admin_rights');
    expect(remedyOf({ ...degraded('network_trouble', 503), network: 'linkedin', kind: 'oauth' })).toBe(
      'check_admin_rights',
    );
  });

  it('of a mailbox in the same trouble is to wait: nobody else administers it', () => {
    expect(remedyOf({ ...degraded('network_trouble', 500), network: 'gmail', kind: 'oauth' })).toBe('wait');
  });

  it('that is throttled or gets no answer is to wait', () => {
    expect(remedyOf(degraded('network_trouble', 429))).toBe('wait_for_limit');
    expect(remedyOf(degraded('no_answer', null))).toBe('wait');
  });

  it('whose permission was lost is to grant it; whose consent is about to lapse, to renew it', () => {
    const yellow = { ...well, state: 'refresh_required' } as const;
    expect(remedyOf({ ...yellow, error: error('permission_lost', 403, '200') })).toBe('grant_permissions');
    expect(remedyOf(yellow)).toBe('renew_consent');
    expect(remedyOf({ ...yellow, missing: ['read_insights'] })).toBe('renew_consent');
  });

  it('that is over is a new consent, a new key, or the lost role', () => {
    const red = { ...well, state: 'expired', error: error('grant_gone', 400, '190/460') } as const;
    expect(remedyOf(red)).toBe('consent_again');
    expect(remedyOf({ ...red, error: error('grant_gone', 400, '190/492') })).toBe('regain_role');
    expect(remedyOf({ ...red, network: 'telegram', kind: 'bot_token' })).toBe('key_again');
    expect(remedyOf({ ...well, state: 'disconnected' })).toBe('connect_again');
  });
});

test.each(remedyCodes)('%s has a sentence in both languages, without a placeholder left', (code) => {
  for (const { say, words } of [italian, english]) {
    const sentence = say(words.remedies[code], { network: 'Facebook', count: 2, permissions: 'a and b' });
    expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
    expect(sentence).not.toMatch(/[{}]/);
  }
});

test('the sentence for a 500 is the one of the settings page', () => {
  expect(remedySentence(italian, degraded('network_trouble', 500))).toContain(
    'controlla che la pagina disponga ancora dei permessi amministrativi',
  );
});

test('permissions are named, in the reader’s grammar', () => {
  const ailment = { ...well, missing: ['pages_manage_posts', 'read_insights'] };
  expect(remedySentence(english, ailment)).toMatch(/^The permissions pages_manage_posts and read_insights are missing/);
  expect(remedySentence(italian, ailment)).toMatch(/^Mancano i permessi pages_manage_posts e read_insights/);
  expect(remedySentence(english, { ...ailment, missing: ['read_insights'] })).toMatch(
    /^The permission read_insights is missing/,
  );
});

const italian = speakerFor(['it'], 'Europe/Rome');
const english = speakerFor(['en'], 'Europe/London');

function degraded(code: ConnectionError['code'], providerStatus: number | null): Ailment {
  return { ...well, state: 'degraded', error: error(code, providerStatus, null) };
}

function error(code: ConnectionError['code'], providerStatus: number | null, providerCode: string | null) {
  return { code, providerStatus, providerCode };
}
