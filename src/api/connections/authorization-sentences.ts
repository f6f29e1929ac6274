import type { AuthorizationFailure } from '../../domain/authorization.ts';
import type { Feature, PageRefusalCode } from '../../domain/grant.ts';
import { type Network, networkNames } from '../../domain/network.ts';

/** Every code that a person who connects pages meets, as an English sentence. Only codes are stored. */

export function pageRefusalSentence(code: PageRefusalCode): string {
  switch (code) {
    case 'personal_profile':
      return 'This is a personal profile: only business pages and accounts can be connected.';
    case 'role_missing':
      return 'Whoever consented may not act for this page: it needs an administrator of the page.';
    case 'not_eligible':
      return 'The network does not let apps use this page: it is not verified, not registered, or restricted.';
  }
}

export function failureSentence({ code, expected, found }: AuthorizationFailure, network: Network): string {
  const name = networkNames[network];
  switch (code) {
    case 'denied':
      return `Consent was not given at ${name}: nothing has changed.`;
    case 'refused':
      return `${name} refused the request. Try again; if it persists, the app’s settings at ${name} are wrong.`;
    case 'network_trouble':
      return `${name} is in trouble or did not answer in time. Try again in a few minutes.`;
    case 'nothing_to_connect':
      return `What was granted at ${name} reaches no page that can be connected.`;
    case 'other_page':
      return found.length === 0
        ? `“${expected}” was to be granted again, and no page came back.`
        : `“${expected}” was to be granted again, but ${found.map((page) => `“${page}”`).join(', ')} came back.`;
    case 'same_profile':
      return 'The same person consented who already had: a transfer needs somebody else.';
    case 'revocation_pending':
      return 'An earlier grant of this person is still being taken back at the network. Try again in a few minutes.';
    case 'ended':
      return 'The connection was ended meanwhile. Connect the page anew.';
  }
}

/** What does not work for want of a permission. */
export function featureSentence(feature: Feature): string {
  switch (feature) {
    case 'pages':
      return 'Finding the pages and seeing that they still work.';
    case 'publish':
      return 'Publishing posts.';
    case 'import':
      return 'Fetching comments, mentions, reviews and mail.';
    case 'reply':
      return 'Answering them.';
    case 'message':
      return 'Private messages.';
    case 'insights':
      return 'Insights.';
    case 'webhooks':
      return 'Being told at once of what is new.';
  }
}
