import type { UserId } from './ids.ts';

/** In the body of a comment: `@[Marco Galli](user:0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77)`. */
const mention = /@\[([^\]\n]{0,200})\]\(user:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)/gi;

/** Whom a comment mentions, each once, in the order of their places. */
export function mentionedIn(body: string): readonly UserId[] {
  return [...new Set([...body.matchAll(mention)].map(([, , user = '']) => user.toLowerCase() as UserId))];
}

/**
 * The body as it is kept: a mention is an id and no name. What readers are shown is what the person is called today, so
 * nobody can be mentioned under somebody else's name, and a name that has to go is not in the text.
 */
export function withoutNames(body: string): string {
  return body.replaceAll(mention, (_whole, _name, user: string) => `@[](user:${user.toLowerCase()})`);
}

/** The body as a console takes it, to show and to edit: every mention with its name. */
export function withNames(body: string, nameOf: (user: UserId) => string): string {
  return body.replaceAll(mention, (_whole, _name, user: string) => {
    // What would end the name before its end.
    const name = nameOf(user.toLowerCase() as UserId).replaceAll(/[[\]\n]/g, ' ');
    return `@[${name}](user:${user.toLowerCase()})`;
  });
}

/** The body as plain text: `@Marco Galli`. */
export function inPlainWords(body: string, nameOf: (user: UserId) => string): string {
  return body.replaceAll(mention, (_whole, _name, user: string) => `@${nameOf(user.toLowerCase() as UserId)}`);
}
