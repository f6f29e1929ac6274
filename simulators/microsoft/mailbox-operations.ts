import type { Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { graphRefused } from './errors.ts';
import { callerOf } from './gate.ts';

/** The signed-in person, and their inbox. */
export function mailboxOperations(world: World): Operation[] {
  return [
    {
      name: 'microsoft.me.read',
      method: 'GET',
      path: '/v1.0/me',
      handle: (call) => {
        const { user } = callerOf(world, call, 'User.Read');
        const body = {
          '@odata.context': `${world.publicUrl()}/v1.0/$metadata#users/$entity`,
          id: user.id,
          displayName: user.name,
          mail: user.hasMailbox ? user.mail : null,
          userPrincipalName: user.mail,
        };
        return { status: 200, body };
      },
    },
    {
      name: 'microsoft.inbox.read',
      method: 'GET',
      path: '/v1.0/me/mailFolders/inbox',
      handle: (call) => {
        const { user } = callerOf(world, call, 'Mail.ReadWrite');
        if (!user.hasMailbox) {
          const sentence = 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.';
          throw graphRefused(404, 'MailboxNotEnabledForRESTAPI', sentence);
        }
        const body = {
          '@odata.context': `${world.publicUrl()}/v1.0/$metadata#users('${user.id}')/mailFolders/$entity`,
          id: `inbox-${user.id}`,
          displayName: 'Inbox',
          totalItemCount: 0,
          unreadItemCount: 0,
        };
        return { status: 200, body };
      },
    },
  ];
}
