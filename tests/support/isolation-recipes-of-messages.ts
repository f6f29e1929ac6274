import type { Belongings } from './foreign-tenant.ts';
import type { Attempt } from './isolation-recipes.ts';

/** What is said with contacts. */
export function messageRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const { threadId, messageId, messageAt, numberId, templateId } = foreign.talk;
  const after = (list: string, id: string) => new URLSearchParams({ cursor: cursorOf(list, messageAt, id) });
  const text = 'Certo';
  const refused = (at: string, json: object): Attempt => ({
    at: [at],
    path: `/v1/authors/${own.authorId}/messages`,
    call: () => ({ json }),
    outcome: 'refused',
  });
  return {
    'GET /v1/authors/{authorId}/threads': [
      { at: ['path.authorId'], path: `/v1/authors/${foreign.authorId}/threads`, outcome: 'missing' },
      {
        at: ['query.cursor'],
        path: `/v1/authors/${own.authorId}/threads?${after('threads', threadId)}`,
        outcome: 'own',
      },
    ],
    'GET /v1/threads/{threadId}/messages': [
      { at: ['path.threadId'], path: `/v1/threads/${threadId}/messages`, outcome: 'missing' },
      {
        at: ['query.cursor'],
        path: `/v1/threads/${own.talk.threadId}/messages?${after('messages', messageId)}`,
        outcome: 'own',
      },
    ],
    'POST /v1/authors/{authorId}/messages': [
      {
        at: ['path.authorId'],
        path: `/v1/authors/${foreign.authorId}/messages`,
        call: () => ({ json: { text } }),
        outcome: 'missing',
      },
      refused('body.connectionId', { text, connectionId: numberId }),
      refused('body.template.id', { template: { id: templateId } }),
      refused('body.replyTo', { text, replyTo: messageId }),
    ],
  };
}

/** A cursor made as the API makes them. */
function cursorOf(list: string, at: number, id: string): string {
  return Buffer.from(JSON.stringify([1, list, [at, id]])).toString('base64url');
}
