import { z } from 'zod';
import { badges, connectionStates } from '../../domain/connection.ts';
import { features, grantKinds } from '../../domain/grant.ts';

/** The codes that several answers share, each explained where it is shown. */

export const feature = z.enum(features).meta({
  description:
    '`pages`: finding pages and seeing that they work; `publish`; `import`: fetching comments, mentions, reviews and mail; `reply`: answering them; `message`: private messages; `insights`; `webhooks`: being told at once of what is new.',
});

export const grantKind = z.enum(grantKinds).meta({
  description:
    'By which of the network’s ways. `oauth`, `facebook_login`, `instagram_login`, `embedded_signup`: on a page of the network’s own; `service_account`, `bot_token`, `api_key`: with keys that are handed over.',
});

export const connectionState = z.enum(connectionStates).meta({
  description:
    '`connected`: it works, but for `lostFeatures`; `degraded`: the network is in trouble, which passes by itself; `refresh_required`: a permission is gone or consent lapses within seven days, what needs neither goes on; `expired`: the network honours the consent or key no more, nothing works until it is given again; `disconnected`: a person has ended it.',
});

export const badgeCode = z.enum(badges).meta({
  description:
    'The state as a traffic light. `connected`: green; `refresh`: yellow, for `degraded` and `refresh_required`; `disconnected`: red, for `expired` and `disconnected`.',
});
