import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { accountOf } from './auth.ts';
import { invalidRequest } from './errors.ts';
import type { XAccount } from './seeds.ts';

/** The account that a token stands for. */
export function userOperations(world: World): Operation[] {
  return [{ name: 'x.user.me', method: 'GET', path: '/2/users/me', handle: (call) => me(world, call) }];
}

function me(world: World, call: Call): Answer {
  const account = accountOf(world, call, ['tweet.read', 'users.read']);
  const known = fieldsOf(world, account);
  const { 'user.fields': fields } = call.query;
  const asked = typeof fields === 'string' ? fields.split(',') : [];
  const unknown = asked.find((field) => !(field in known));
  if (unknown !== undefined) {
    throw invalidRequest(
      `The \`user.fields\` query parameter value [${unknown}] is not one of [${Object.keys(known).join(',')}]`,
    );
  }
  const shown = new Set(['id', 'name', 'username', ...asked]);
  const data = Object.fromEntries(Object.entries(known).filter(([name]) => shown.has(name)));
  return { status: 200, body: { data } };
}

function fieldsOf(world: World, { externalId, name, username, verifiedType }: XAccount): Record<string, unknown> {
  return {
    id: externalId,
    name,
    username,
    created_at: '2015-03-02T09:00:00.000Z',
    description: '',
    location: '',
    profile_image_url: `${world.publicUrl()}/_picture.png`,
    protected: false,
    public_metrics: { followers_count: 0, following_count: 0, tweet_count: 0, listed_count: 0, like_count: 0 },
    url: '',
    verified: verifiedType !== 'none',
    verified_type: verifiedType,
  };
}
