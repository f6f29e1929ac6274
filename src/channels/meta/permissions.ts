import { scopesOf } from '../../domain/grant-scopes.ts';

/** Every permission that we ask Meta for. */
const asked: ReadonlySet<string> = new Set(
  [
    ...scopesOf('facebook', 'facebook_login'),
    ...scopesOf('instagram', 'facebook_login'),
    ...scopesOf('instagram', 'instagram_login'),
    ...scopesOf('whatsapp', 'embedded_signup'),
  ].map(({ scope }) => scope),
);

/**
 * The permissions of ours that Meta's words for a refusal name, as in `(#200) To subscribe to the messages field, one of
 * these permissions is needed: pages_messaging`. There is no field for them.
 */
export function namedPermissions(words: string): readonly string[] {
  return [...new Set(words.match(/[a-z]+(?:_[a-z]+)+/g))].filter((word) => asked.has(word));
}
