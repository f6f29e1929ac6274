import type { Tag } from '../define-route.ts';

export const introduction = `
The API of Chorally: drafting, approving, scheduling and publishing posts on several networks at once.

**Who you are** comes from Keycloak: send an access token as \`Authorization: Bearer …\`. **What you may do** comes from
your roles in the tenant. A token that speaks for several tenants needs the header \`Chorally-Tenant\` with a slug.

**Repeating is safe.** Every \`POST\` and \`PATCH\` takes an \`Idempotency-Key\` of your choice, kept for a day for you, the tenant and
the address: the same body gets the same answer (with \`Idempotency-Replayed: true\`), another body 422, and a request
that is still at work 409. Refusals are answers too; after a 5xx repeat with the same key.

**Edits say what they edit.** Read the \`ETag\`, send it in \`If-Match\`: 428 without it, 412 if somebody was faster.

**Lists** are pages: \`{ items, nextCursor }\`. Send \`nextCursor\` as \`cursor\` until it is null. Items that are added
meanwhile neither repeat nor hide others.

**Errors** are problems (RFC 9457) with a stable \`type\` that is also the address of a page. \`errors\` names the place
(\`pointer\` into the body, or \`parameter\`), the rule, the limit and the value.

**Events** come as they happen from \`GET /v1/events\`, as server-sent events that go on where a connection broke off.

**Times** need an offset when you send them, and are UTC when you get them. Fields and parameters that are not known are
refused, so that a typing error never passes silently.
`.trim();

const tagDescriptions: Record<Tag, string> = {
  Me: 'Who the token stands for, and what they may do.',
  Users: 'The people and service accounts of the tenant.',
  Groups: 'Teams of the tenant.',
  'Business calendars': 'When the tenant works: what limits in business time are counted on.',
  Connections: 'The pages and accounts on the networks: connecting them, and whether they work.',
  Media: 'Files that posts show: images, films and documents.',
  Posts: 'What is written, reviewed, scheduled and published.',
  Comments: 'What colleagues say to each other about a post.',
  Approvals: 'Reviews of posts and campaigns, and votes on them.',
  'Crisis stop': 'Stopping all publication of the tenant at once, and releasing it.',
  Notifications: 'What the caller has to know.',
  Contacts: 'Who writes to us and whom campaigns go to: attributes, tags, consent, groups, imports.',
  Templates: 'WhatsApp templates: written, checked, submitted, and what WhatsApp says of them.',
  Campaigns: 'WhatsApp campaigns: audience, variants, sending, results.',
  Messages: 'What was said with a contact, and answering.',
  Events: 'What happens in the tenant, as it happens.',
  'Approval policies':
    'What posts must pass before they are published, and where; and campaigns before they are scheduled.',
  Absences: 'Who votes for somebody who is away.',
};

export const tags = Object.entries(tagDescriptions).map(([name, description]) => ({ name, description }));
