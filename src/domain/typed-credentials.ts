import type { GrantKind } from './grant.ts';
import type { Network } from './network.ts';

/** What a person types in or uploads for a way of granting that has no consent page. */
export function typedFieldsOf(kind: GrantKind): readonly string[] {
  switch (kind) {
    case 'bot_token':
      return ['botToken'];
    case 'api_key':
      return ['issuerId', 'keyId', 'privateKey'];
    case 'service_account':
      return ['keyFile'];
    case 'oauth':
    case 'facebook_login':
    case 'instagram_login':
    case 'embedded_signup':
      return [];
  }
}

/** Which ids have to be typed in besides, where a network does not list what a grant reaches. */
export function typedIdsOf(network: Network): 'packageNames' | 'chatIds' | null {
  if (network === 'google_play') return 'packageNames';
  return network === 'telegram' ? 'chatIds' : null;
}
