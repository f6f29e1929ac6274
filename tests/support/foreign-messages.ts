import { randomUUID } from 'node:crypto';
import { programVariables } from '../../dev/environment.ts';
import { demoTenant } from '../../dev/demo-data.ts';
import { testStack } from '../../dev/stack.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import { insertInbound } from '../../src/db/message.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import { openThread } from '../../src/db/thread.ts';
import type { AuthorId, ConnectionId, TenantId, UserId } from '../../src/domain/ids.ts';
import { readApiConfig } from '../../src/platform/config.ts';
import { seal } from '../../src/platform/sealing.ts';
import { insertNumber, insertTemplate } from './campaign-people.ts';
import { inDemoTenant } from './stack-database.ts';

/** A WhatsApp number, the templates of its account, and what a contact has just written to it. */
export interface ForeignTalk {
  readonly numberId: ConnectionId;
  readonly wabaId: string;
  readonly templateId: string;
  readonly otherTemplateId: string;
  readonly threadId: string;
  readonly messageId: string;
  readonly messageAt: number;
}

/** Made behind the API's back: it takes WhatsApp to make them. Nothing leaves, for no duty is set. */
export function addTalk(
  slug: string,
  { authorId, by, mark }: { authorId: string; by: string; mark: string },
): Promise<ForeignTalk> {
  const tenantId = demoTenant(slug).id as TenantId;
  const now = new Date();
  return inDemoTenant(slug, async (trx) => {
    const wabaId = randomUUID();
    const connectionId = await insertNumber(trx, tenantId, wabaId);
    const { newest } = await tenantKeys(trx, tenantId, readApiConfig(programVariables(testStack())).masterKeys, now);
    const access_token = seal(newest, tokenContext({ tenantId, connectionId }), 'a token');
    const secret = { tenant_id: tenantId, connection_id: connectionId, access_token, refresh_token: null };
    await trx
      .insertInto('connection_secret')
      .values({ ...secret, expires_at: null })
      .execute();
    const author = { tenantId, by: by as UserId };
    const text = `Buone feste ${mark}`;
    const templateId = await insertTemplate(trx, author, { text, account: wabaId });
    const otherTemplateId = await insertTemplate(trx, author, { text, account: wabaId });
    const opening = { tenantId, authorId: authorId as AuthorId, connectionId, at: now, now };
    const threadId = await openThread(trx, opening);
    const said = { kind: 'text', text: `Messaggio ${mark}`, content: {} };
    const message = { ...said, providerId: randomUUID(), at: now.getTime() };
    const inbound = { tenantId, threadId, answers: null };
    const messageId = await insertInbound(trx, { ...inbound, message: message as never });
    if (messageId === null) throw new Error('the message was there before');
    const made = { numberId: connectionId, wabaId, templateId, otherTemplateId };
    return { ...made, threadId, messageId, messageAt: now.getTime() };
  });
}

/** Ends the number, which no tenant's list shows as connected from then on. */
export async function endTalk(slug: string, { numberId }: ForeignTalk): Promise<void> {
  await inDemoTenant(slug, (trx) =>
    trx.updateTable('connection').set({ state: 'expired' }).where('id', '=', numberId).execute(),
  );
}
