import { Router } from 'express';
import type { ConsentQuestion } from '../kernel/consent-page.ts';
import { consentRoutes } from '../kernel/consent-routes.ts';
import type { World } from '../kernel/world.ts';
import { seedApp, seedTenants } from '../seed.ts';
import { instagramPeople } from './instagram-people.ts';
import { instagramPermissions, personPermissions, whatsappPermissions } from './permissions.ts';
import { whatsappBusinesses } from './whatsapp-seeds.ts';

/** Nobody is sent back with it: the address may not be the app's. */
interface Unaskable {
  readonly trouble: string;
}

type Parameter = (name: string) => string | null;

/** The pages on which people let the app act for them; none of them is part of an API. */
export function consentSite(world: World): Router {
  const router = Router();
  router.use(consentRoutes(world, '{/:version}/dialog/oauth', facebookQuestion));
  router.use(consentRoutes(world, '/oauth/authorize', instagramQuestion));
  return router;
}

/** Facebook Login, and with a configuration Embedded Signup. */
function facebookQuestion(parameter: Parameter): ConsentQuestion | Unaskable {
  const { clientId } = seedApp.meta;
  if (parameter('client_id') !== clientId) {
    return { trouble: 'Invalid App ID: The provided app ID does not look like a valid app ID.' };
  }
  const common = whereTo(parameter, clientId);
  if ('trouble' in common) return common;
  const denial = {
    error: 'access_denied',
    error_code: '200',
    error_description: 'Permissions error',
    error_reason: 'user_denied',
  };
  const configId = parameter('config_id');
  if (configId === null) {
    const people = seedTenants.map(({ name: company, metaPerson: { externalId: id, name }, facebook }) => ({
      id,
      name,
      company,
      pages: facebook.map((page) => ({ id: page.externalId, name: page.name })),
    }));
    const scopes = asked(parameter, personPermissions);
    return { ...common, title: `Log in to ${seedApp.meta.name} with Facebook`, people, scopes, denial };
  }
  if (configId !== seedApp.whatsapp.configId) return { trouble: 'This configuration does not exist.' };
  const people = whatsappBusinesses.map(({ tenant, systemUserId: id, wabas }) => ({
    id,
    name: tenant.metaPerson.name,
    company: tenant.name,
    pages: wabas.map((account) => ({ id: account.id, name: account.name })),
  }));
  // The configuration asks for all or nothing.
  const permissions = { scopes: whatsappPermissions, fixed: whatsappPermissions };
  return { ...common, title: `Connect WhatsApp to ${seedApp.meta.name}`, people, ...permissions, denial };
}

/** Instagram's own login. */
function instagramQuestion(parameter: Parameter): ConsentQuestion | Unaskable {
  const { clientId } = seedApp.instagram;
  if (parameter('client_id') !== clientId) return { trouble: 'Invalid platform app' };
  const common = whereTo(parameter, clientId);
  if ('trouble' in common) return common;
  return {
    ...common,
    title: `Log in to ${seedApp.meta.name} with Instagram`,
    people: instagramPeople.map(({ externalId: id, username: name, company }) => ({ id, name, company })),
    scopes: asked(parameter, instagramPermissions),
    denial: {
      error: 'access_denied',
      error_reason: 'user_denied',
      error_description: 'The user denied your request',
    },
  };
}

function whereTo(
  parameter: Parameter,
  clientId: string,
): Pick<ConsentQuestion, 'clientId' | 'redirectUri' | 'state' | 'codeChallenge'> | Unaskable {
  const redirectUri = parameter('redirect_uri');
  if (redirectUri === null || !/^https?:\/\/[^/]/.test(redirectUri)) {
    return { trouble: "Can't load URL: The domain of this URL isn't included in the app's domains." };
  }
  return { clientId, redirectUri, state: parameter('state'), codeChallenge: null };
}

/** What the app asks for and the network knows, in the order of asking. */
function asked(parameter: Parameter, known: readonly string[]): readonly string[] {
  const scopes = (parameter('scope') ?? '').split(/[\s,]+/);
  return [...new Set(scopes)].filter((scope) => known.includes(scope));
}
