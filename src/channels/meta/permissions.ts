import { askedScopes } from '../../domain/grant-scopes.ts';

/** Every permission that we ask Meta for. */
const asked: ReadonlySet<string> = new Set([
  ...askedScopes('facebook', 'facebook_login'),
  ...askedScopes('instagram', 'facebook_login'),
  ...askedScopes('instagram', 'instagram_login'),
  ...askedScopes('whatsapp', 'embedded_signup'),
]);

/**
 * The permissions of ours that Meta's words for a refusal name, as in `(#200) To subscribe to the messages field, one of
 * these permissions is needed: pages_messaging`. There is no field for them.
 */
export function namedPermissions(words: string): readonly string[] {
  return [...new Set(words.match(/[a-z]+(?:_[a-z]+)+/g))].filter((word) => asked.has(word));
}
