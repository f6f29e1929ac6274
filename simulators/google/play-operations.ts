import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { errorBody, refused, roleMissingOnPlay } from './errors.ts';
import { type Caller, guarded } from './gateway.ts';
import { scope } from './scopes.ts';
import { applications } from './seeds.ts';

/** Google Play's reviews, as far as they tell whether an app is within reach: nobody has written any. */
export function playOperations(world: World): Operation[] {
  return [
    guarded(world, 'play', [scope.play], {
      name: 'play.review.list',
      method: 'GET',
      path: '/androidpublisher/v3/applications/:packageName/reviews',
      handle: listReviews,
    }),
  ];
}

function listReviews(call: Call, { personId, withoutRoles }: Caller): Answer {
  const application = applications.find(({ packageName }) => packageName === call.params['packageName']);
  if (application === undefined) {
    const message = 'No application was found for the given package name.';
    throw refused(errorBody('play', { code: 404, message, reason: 'applicationNotFound' }));
  }
  if (withoutRoles || !application.members.includes(personId)) throw refused(roleMissingOnPlay());
  return { status: 200, body: {} };
}
