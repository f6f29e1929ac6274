import type { Answer, Call, Operation, Refused } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { errorBody, invalidArgument, refused } from './errors.ts';
import { type Caller, guarded } from './gateway.ts';
import { scope } from './scopes.ts';
import { identities, mailTopics, type SeedIdentity } from './seeds.ts';

const reading = [scope.mail, scope.mailModify, scope.mailReadonly, scope.mailMetadata];
const weekMs = 7 * 24 * 60 * 60_000;

/** Gmail's mailboxes and what they tell of. */
export function mailOperations(world: World): Operation[] {
  return [
    guarded(world, 'mail', [...reading, scope.mailCompose], {
      name: 'gmail.profile.read',
      method: 'GET',
      path: '/gmail/v1/users/:user/profile',
      handle: readProfile,
    }),
    guarded(world, 'mail', reading, {
      name: 'gmail.watch',
      method: 'POST',
      path: '/gmail/v1/users/:user/watch',
      handle: (call, caller) => watch(world, call, caller),
    }),
    guarded(world, 'mail', reading, {
      name: 'gmail.stop',
      method: 'POST',
      path: '/gmail/v1/users/:user/stop',
      handle: (call, caller) => stop(world, call, caller),
    }),
  ];
}

function readProfile(call: Call, caller: Caller): Answer {
  const { email } = mailboxOf(call, caller);
  return { status: 200, body: { emailAddress: email, messagesTotal: 0, threadsTotal: 0, historyId: historyId() } };
}

function watch(world: World, call: Call, caller: Caller): Answer {
  const { sub } = mailboxOf(call, caller);
  const topic = (call.body as Record<string, unknown> | null)?.['topicName'];
  if (typeof topic !== 'string' || !topic.startsWith('projects/chorally-development/topics/')) {
    throw invalidArgument('mail', 'Invalid topicName does not match projects/chorally-development/topics/*');
  }
  if (topic !== mailTopics.open) {
    const message = `Error sending test message to Cloud PubSub ${topic} : User not authorized to perform this action.`;
    throw refused(errorBody('mail', { code: 403, message, status: 'PERMISSION_DENIED', reason: 'forbidden' }));
  }
  const expiration = Date.now() + weekMs;
  watches(world).put(sub, { topic, expiration });
  // Both are 64-bit numbers, which Google writes as text.
  return { status: 200, body: { historyId: historyId(), expiration: String(expiration) }, effect: true };
}

function stop(world: World, call: Call, caller: Caller): Answer {
  watches(world).remove(mailboxOf(call, caller).sub);
  return { status: 204, body: null, effect: true };
}

/** The mailbox that the path names, which must be the caller's own. */
function mailboxOf({ params }: Call, { personId }: Caller): SeedIdentity {
  const own = identities.find(({ sub }) => sub === personId);
  if (own === undefined || !own.mailbox) throw withoutMailbox();
  const user = params['user'];
  if (user === 'me' || user === own.email) return own;
  const message = `Delegation denied for ${own.email}`;
  throw refused(errorBody('mail', { code: 403, message, status: 'PERMISSION_DENIED', reason: 'forbidden' }));
}

function withoutMailbox(): Refused {
  const message = 'Mail service not enabled';
  return refused(
    errorBody('mail', { code: 400, message, status: 'FAILED_PRECONDITION', reason: 'failedPrecondition' }),
  );
}

const historyId = (): string => String(Date.now());
const watches = ({ store }: World) =>
  store.collection<{ readonly topic: string; readonly expiration: number }>('gmail-watch');
