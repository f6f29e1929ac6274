import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AnsweringPage,
  consentNoticeMs,
  type GrantStanding,
  healthOf,
  problemOf,
  scopesRefused,
} from '../../../src/domain/connection-health.ts';
import { features } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';

const now = Date.UTC(2026, 10, 24, 10);
const every = scopesOf('facebook', 'facebook_login').map(({ scope }) => scope);
const without = (...lost: readonly string[]): readonly string[] => every.filter((scope) => !lost.includes(scope));
const asked = { byPerson: false, now } as const;

const page: AnsweringPage = {
  state: 'connected',
  network: 'facebook',
  grantKind: 'facebook_login',
  missingScopes: [],
  errorCode: null,
  scopes: every,
  consentExpiresAt: null,
  callRefused: false,
  refreshFails: false,
};
const refused = { state: 'refresh_required', errorCode: 'permission_lost' } as const;

describe('what still works', () => {
  const standing: GrantStanding = page;

  test('everything, while nothing is missing', () => {
    for (const state of ['connected', 'degraded', 'refresh_required'] as const) {
      expect(features.map((feature) => problemOf(feature, { ...standing, state }))).toEqual(features.map(() => null));
    }
  });

  test('nothing, once the grant is over', () => {
    for (const state of ['expired', 'disconnected'] as const) {
      expect(problemOf('publish', { ...standing, state })).toBe('gone');
    }
  });

  test('a lost permission ends only what needs it', () => {
    const messages = { ...standing, ...refused, missingScopes: ['pages_messaging'] };
    expect([problemOf('publish', messages), problemOf('message', messages)]).toEqual([null, 'permission']);
    const posts = { ...standing, ...refused, missingScopes: ['pages_manage_posts'] };
    expect([problemOf('publish', posts), problemOf('message', posts)]).toEqual(['permission', null]);
  });

  test('a refusal that names no permission ends everything', () => {
    expect(problemOf('publish', { ...standing, ...refused })).toBe('permission');
  });

  test('a permission that was never given ends what needs it, too', () => {
    expect(problemOf('publish', { ...standing, missingScopes: ['pages_manage_posts'] })).toBe('permission');
  });

  test('where a network refuses to publish and says no more, the permission to publish stands for it', () => {
    const instagram = { network: 'instagram', grantKind: 'facebook_login' } as const;
    expect(scopesRefused('publish', [], page)).toEqual(['pages_manage_posts']);
    expect(scopesRefused('publish', [], instagram)).toEqual(['instagram_content_publish']);
    expect(scopesRefused('publish', [], { network: 'linkedin', grantKind: 'oauth' })).toEqual([
      'w_organization_social',
    ]);
  });

  test('where it names permissions, those are lost, unless publishing needs none of them', () => {
    const named = ['pages_read_engagement', 'pages_manage_posts'];
    expect(scopesRefused('publish', named, page)).toEqual(named);
    expect(scopesRefused('publish', ['pages_read_engagement'], page)).toEqual(['pages_read_engagement']);
    expect(scopesRefused('publish', ['pages_messaging'], page)).toEqual(['pages_manage_posts']);
  });
});

describe('a page that answers', () => {
  test('is connected, whatever its network’s trouble was', () => {
    for (const scopes of [every, null]) {
      expect(healthOf({ ...page, state: 'degraded', errorCode: 'network_trouble' }, { ...asked, scopes })).toEqual({
        state: 'connected',
        missingScopes: [],
        errorCode: null,
      });
    }
  });

  test('stays degraded while its token cannot be renewed', () => {
    const troubled = { ...page, state: 'degraded', errorCode: 'network_trouble', refreshFails: true } as const;
    expect(healthOf(troubled, { ...asked, scopes: every })).toMatchObject({
      state: 'degraded',
      errorCode: 'network_trouble',
    });
  });

  test('needs consent when a permission is gone that was there, and names it', () => {
    expect(healthOf(page, { ...asked, scopes: without('read_insights') })).toEqual({
      state: 'refresh_required',
      missingScopes: ['read_insights'],
      errorCode: 'permission_lost',
    });
  });

  test('does not for one that was never given', () => {
    const partial = { ...page, missingScopes: ['read_insights'] };
    expect(healthOf(partial, { ...asked, scopes: without('read_insights') }).state).toBe('connected');
  });

  test('does not for one that nothing needs', () => {
    expect(healthOf(page, { ...asked, scopes: without('business_management') })).toEqual({
      state: 'connected',
      missingScopes: ['business_management'],
      errorCode: null,
    });
  });

  test('is not connected while it was never given what it cannot be kept without, whoever asks', () => {
    const scopes = without('pages_show_list');
    const blind = { ...page, ...refused, scopes, missingScopes: ['pages_show_list'] } as const;
    for (const before of [blind, { ...blind, state: 'expired', errorCode: 'grant_gone' } as const]) {
      for (const answer of [
        { ...asked, scopes },
        { ...asked, scopes: null },
        { byPerson: true, now, scopes: null },
      ]) {
        expect(healthOf(before, answer)).toEqual({
          state: 'refresh_required',
          missingScopes: ['pages_show_list'],
          errorCode: 'permission_lost',
        });
      }
    }
    expect(healthOf(blind, { ...asked, scopes: every }).state).toBe('connected');
  });

  test('is connected again once the network lists everything', () => {
    const lost = { ...page, ...refused, missingScopes: ['read_insights', 'pages_messaging'] };
    expect(healthOf(lost, { ...asked, scopes: without('read_insights') })).toMatchObject({
      state: 'refresh_required',
      missingScopes: ['read_insights'],
    });
    expect(healthOf(lost, { ...asked, scopes: every })).toMatchObject({ state: 'connected', missingScopes: [] });
  });

  test('is not repaired on schedule after a call was refused, or it would break again every hour', () => {
    const lost = { ...page, ...refused, missingScopes: ['pages_manage_posts'], callRefused: true };
    for (const scopes of [every, null]) {
      expect(healthOf(lost, { ...asked, scopes })).toMatchObject({
        state: 'refresh_required',
        missingScopes: ['pages_manage_posts'],
      });
    }
    expect(healthOf(lost, { byPerson: true, now, scopes: null })).toMatchObject({
      state: 'connected',
      missingScopes: [],
    });
  });

  test('a person’s word does not give what consent left out', () => {
    const lost = { ...page, ...refused, scopes: without('read_insights'), callRefused: true };
    const missingScopes = ['read_insights', 'pages_manage_posts'];
    expect(healthOf({ ...lost, missingScopes }, { byPerson: true, now, scopes: null })).toMatchObject({
      state: 'connected',
      missingScopes: ['read_insights'],
    });
  });

  test('asks for consent a week before it lapses, and everything works until then', () => {
    const lapsing = { ...page, consentExpiresAt: now + consentNoticeMs };
    const health = healthOf(lapsing, { ...asked, scopes: every });
    expect(health).toEqual({ state: 'refresh_required', missingScopes: [], errorCode: null });
    expect(problemOf('publish', { ...lapsing, ...health })).toBeNull();
    expect(healthOf({ ...page, consentExpiresAt: now + consentNoticeMs + 1 }, { ...asked, scopes: every }).state).toBe(
      'connected',
    );
  });

  test('is the same when it is looked at twice', () => {
    const states = fc.constantFrom('connected' as const, 'degraded' as const, 'refresh_required' as const);
    const some = fc.subarray([...every]);
    fc.assert(
      fc.property(
        states,
        some,
        fc.option(some),
        fc.boolean(),
        fc.boolean(),
        (state, missingScopes, scopes, isRefused, refreshFails) => {
          const isLost = state === 'refresh_required';
          const errorCode = isLost ? 'permission_lost' : state === 'degraded' ? 'no_answer' : null;
          const callRefused = isRefused && isLost && missingScopes.length > 0;
          const before = { ...page, state, missingScopes, errorCode, callRefused, refreshFails } as const;
          const once = healthOf(before, { ...asked, scopes });
          const after = { ...before, ...once, callRefused: callRefused && once.errorCode === 'permission_lost' };
          expect(healthOf(after, { ...asked, scopes })).toEqual(once);
        },
      ),
    );
  });
});
