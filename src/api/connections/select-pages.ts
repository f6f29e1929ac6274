import { z } from 'zod';
import {
  expireAuthorizations,
  type LockedAuthorization,
  lockAuthorization,
  selectAuthorization,
  settleAuthorization,
} from '../../db/connection-authorization.ts';
import { isBeingRevoked } from '../../db/granting-profile.ts';
import { closeGate } from '../../db/halt.ts';
import type { AuthorizationPage } from '../../domain/authorization.ts';
import { passedSlotPolicies } from '../../domain/hold.ts';
import { defineRoute } from '../define-route.ts';
import type { FieldError } from '../problem.ts';
import { answer } from '../route-context.ts';
import { pageRefusalSentence } from './authorization-sentences.ts';
import { authorizationId, authorizationView, presentAuthorization } from './authorization-view.ts';
import { type ConnectDependencies, connectPages } from './connect-pages.ts';
import { authorizationSeals } from './held-consent.ts';

const maxPages = 200;

export const passedSlots = z.enum(passedSlotPolicies).nullable().default(null).meta({
  description:
    'What becomes of posts that wait for a page and whose slot has passed meanwhile: they go out `now`, a person is to `ask` for each (an hour late still counts as on time), or they are `drop`ped. Null: as the connection’s own `passedSlots` says.',
});

const refusals = {
  not_selecting: {
    status: 409,
    title: 'Nothing to choose',
    description: 'The person is not back yet, or the authorization is over. `state` says which.',
    example: { state: 'expired' },
  },
  page_taken: {
    status: 409,
    title: 'Page taken',
    description: 'One of the pages is connected by another customer. None was connected.',
  },
  revocation_pending: {
    status: 409,
    title: 'Still being revoked',
    description:
      'An earlier grant of the same person is still being taken back at the network, and would take this one along. Repeat in a few minutes.',
  },
} as const;

/** Connects the pages that a person chose. */
export function selectPages(dependencies: ConnectDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/authorizations/{authorizationId}/selection',
    tag: 'Connections',
    summary: 'Connect the chosen pages',
    description:
      'All of them or none; they are named by `externalIds` of pages without a `refusal`. From the answer on they are connections like any other, whose ids are in `pages`. A page that the tenant had before, disconnected or not, is the same connection again, with its history, and what waited for it goes on. Permissions that were not given are named by the connection; it works for everything else.',
    permission: 'connection.write',
    params: z.strictObject({ authorizationId }),
    body: z.strictObject({
      externalIds: z
        .array(z.string().min(1).max(255))
        .min(1)
        .max(maxPages)
        .meta({ description: 'The network’s ids of the pages, as the authorization lists them.' }),
      passedSlots,
    }),
    answer: { status: 200, schema: authorizationView, description: 'The authorization, with the connections.' },
    refusals,
    audit: 'connection.connected',
    handle: async ({ trx, params, body, caller, now, refuse, invalid }) => {
      const { tenantId, userId } = caller;
      const id = params.authorizationId;
      await closeGate(trx, tenantId);
      await expireAuthorizations(trx, now);
      const authorization = await lockAuthorization(trx, id);
      if (authorization === null || authorization.user_id !== userId) throw refuse('not_found');
      const { state, sealed_grant: sealed, admin_profile_id: adminProfileId } = authorization;
      if (state !== 'selecting_page' || sealed === null || adminProfileId === null) {
        throw refuse('not_selecting', { extensions: { state } });
      }
      const { pages, errors } = chosen(authorization, body.externalIds);
      if (errors.length > 0) throw invalid(errors);
      if (await isBeingRevoked(trx, adminProfileId)) throw refuse('revocation_pending');

      const { masterKeys } = dependencies;
      const seals = await authorizationSeals(trx, { tenantId, authorizationId: id }, { masterKeys, now });
      const { scopes, consent_expires_at: consentExpiresAt } = authorization;
      const held = seals.openConsent(sealed);
      const passed = body.passedSlots;
      const choice = { tenantId, authorization, adminProfileId, scopes, consentExpiresAt, held, pages, passed, now };
      if (!(await connectPages(trx, choice, dependencies))) throw refuse('page_taken');
      await settleAuthorization(trx, id, { failure: null, now });
      const row = await selectAuthorization(trx, { id, userId });
      if (row === null) throw refuse('not_found');
      return answer(await presentAuthorization(trx, row));
    },
  });
}

/** The pages that were named, each once, and what is wrong with any of them. */
function chosen({ pages }: LockedAuthorization, externalIds: readonly string[]) {
  const found: AuthorizationPage[] = [];
  const errors: FieldError[] = [];
  for (const [index, externalId] of externalIds.entries()) {
    const page = pages.find((candidate) => candidate.externalId === externalId);
    const at = { pointer: `/externalIds/${index}`, limit: null, value: null };
    if (page === undefined) errors.push({ ...at, rule: 'not_listed', detail: 'is no page that the grant reaches' });
    else if (page.refusal !== null) {
      errors.push({ ...at, rule: page.refusal, detail: pageRefusalSentence(page.refusal) });
    } else if (!found.includes(page)) found.push(page);
  }
  return { pages: found, errors };
}
