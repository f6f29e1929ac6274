import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { lacks, principalOf } from './auth.ts';
import { permissionRequired, unknownObject } from './errors.ts';
import { type Node, parseFields, select } from './fields.ts';
import type { Identity } from './identity.ts';
import { page } from './paging.ts';
import { messaging } from './messaging/settings.ts';
import { param } from './params.ts';
import { tenantOfBusiness } from './seeds.ts';
import { businessOfSystemUser, phoneNumber, type PhoneNumber, type Waba, wabaOf } from './whatsapp-seeds.ts';

/** WhatsApp business accounts and their numbers. */
export function whatsappOperations(world: World): Operation[] {
  const isWaba = ({ params }: Call): boolean => wabaOf(params['waba'] ?? '') !== null;
  const isNumber = ({ params }: Call): boolean => phoneNumber(params['phone'] ?? '') !== null;
  return [
    {
      name: 'whatsapp.accounts.list',
      method: 'GET',
      path: '/:business/:edge',
      when: ({ params: { business = '', edge = '' } }) =>
        tenantOfBusiness(business) !== null && /^(?:owned|client)_whatsapp_business_accounts$/.test(edge),
      handle: (call) => listAccounts(world, call),
    },
    {
      name: 'whatsapp.account.read',
      method: 'GET',
      path: '/:waba',
      when: isWaba,
      handle: (call) => {
        const account = wabaFor(world, call, call.params['waba'] ?? '');
        return told(call, accountNode(account), 'WhatsAppBusinessAccount', ['id', 'name', 'timezone_id']);
      },
    },
    {
      name: 'whatsapp.numbers.list',
      method: 'GET',
      path: '/:waba/phone_numbers',
      when: isWaba,
      handle: (call) => listNumbers(world, call),
    },
    {
      name: 'whatsapp.number.read',
      method: 'GET',
      path: '/:phone',
      when: isNumber,
      handle: (call) => told(call, numberNode(world, numberFor(world, call)), numberType, numberDefaults),
    },
    {
      name: 'whatsapp.profile.read',
      method: 'GET',
      path: '/:phone/whatsapp_business_profile',
      when: isNumber,
      handle: (call) => readProfile(world, call),
    },
  ];
}

const numberType = 'WhatsAppBusinessPhoneNumber';
const numberDefaults = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
  'id',
];

/** The account, for whoever may manage it. */
export function wabaFor(world: World, call: Call, id: string): Waba {
  const principal = principalOf(world, call);
  const account = wabasOf(principal).find((waba) => waba.id === id);
  if (account === undefined) throw unknownObject(id, call.method.toLowerCase());
  if (lacks(principal, 'whatsapp_business_management')) throw permissionRequired('whatsapp_business_management');
  return account;
}

/** The accounts that a system user was given by the business. */
function wabasOf({ personId, grant }: Identity): readonly Waba[] {
  const picked = grant?.pageIds ?? null;
  const owned = businessOfSystemUser(personId)?.wabas ?? [];
  return owned.filter(({ id }) => picked === null || picked.includes(id));
}

function numberFor(world: World, call: Call): PhoneNumber {
  const found = phoneNumber(call.params['phone'] ?? '');
  if (found === null) throw unknownObject(call.params['phone'] ?? '');
  wabaFor(world, call, found.account.id);
  return found.phone;
}

function listAccounts(world: World, call: Call): Answer {
  const { business = '', edge = '' } = call.params;
  const principal = principalOf(world, call);
  const own = businessOfSystemUser(principal.personId);
  if (own === null || own.tenant.businessId !== business) throw unknownObject(business);
  const shown = edge.startsWith('owned') ? wabasOf(principal) : [];
  const fields = param(call, 'fields');
  const present = (node: Node): object =>
    select(node, 'WhatsAppBusinessAccount', fields === null ? null : parseFields(fields), ['id', 'name']);
  return { status: 200, body: page(world, call, shown.map(accountNode), present) };
}

function listNumbers(world: World, call: Call): Answer {
  const { numbers } = wabaFor(world, call, call.params['waba'] ?? '');
  const fields = param(call, 'fields');
  const present = (node: Node): object =>
    select(node, numberType, fields === null ? null : parseFields(fields), numberDefaults);
  return {
    status: 200,
    body: page(
      world,
      call,
      numbers.map((each) => numberNode(world, each)),
      present,
    ),
  };
}

function readProfile(world: World, call: Call): Answer {
  numberFor(world, call);
  const profile = { messaging_product: 'whatsapp', profile_picture_url: `${world.publicUrl()}/_picture.png` };
  return { status: 200, body: { data: [profile] } };
}

function told(call: Call, node: Node, type: string, otherwise: readonly string[]): Answer {
  const fields = param(call, 'fields');
  return { status: 200, body: select(node, type, fields === null ? null : parseFields(fields), otherwise) };
}

function accountNode({ id, name }: Waba): Node {
  return {
    id,
    name,
    timezone_id: '68',
    message_template_namespace: `dev_${id}`,
    status: 'ACTIVE',
    business_verification_status: 'verified',
    is_enabled_for_insights: true,
    marketing_messages_lite_api_status: null,
    marketing_messages_onboarding_status: null,
    on_behalf_of_business_info: null,
    ownership_type: 'SELF',
    health_status: null,
    currency: 'EUR',
    country: 'IT',
    subscribed_apps: null,
    owner_business_info: null,
    account_review_status: 'APPROVED',
    disable_marketing_messages_on_cloud_api: null,
  };
}

function numberNode(world: World, { id, display, verifiedName, status }: PhoneNumber): Node {
  const connected = status === 'CONNECTED';
  return {
    id,
    verified_name: verifiedName,
    display_phone_number: display,
    conversational_automation: null,
    status,
    quality_rating: connected ? 'GREEN' : 'UNKNOWN',
    quality_score: { score: connected ? 'GREEN' : 'UNKNOWN' },
    webhook_configuration: null,
    name_status: 'APPROVED',
    new_name_status: null,
    code_verification_status: status === 'UNVERIFIED' ? 'NOT_VERIFIED' : 'VERIFIED',
    account_mode: 'LIVE',
    is_on_biz_app: false,
    is_official_business_account: false,
    is_pin_enabled: connected,
    is_preverified_number: false,
    search_visibility: null,
    platform_type: connected ? 'CLOUD_API' : 'NOT_APPLICABLE',
    throughput: { level: connected ? messaging(world).throughput : 'NOT_APPLICABLE' },
    eligibility_for_api_business_global_search: null,
    health_status: healthOf(world, id, connected),
    certificate: null,
    new_certificate: null,
    last_onboarded_time: null,
    country_code: 'IT',
    country_dial_code: '39',
    whatsapp_business_manager_messaging_limit: messaging(world).tier,
  };
}

/** As WhatsApp tells it: the number, and the least fit of all that a message passes through. */
function healthOf(world: World, id: string, connected: boolean): object {
  const { refuseAllWith: code } = messaging(world);
  const number = { entity_type: 'PHONE_NUMBER', id };
  if (connected && code === null) {
    return { can_send_message: 'AVAILABLE', entities: [{ ...number, can_send_message: 'AVAILABLE' }] };
  }
  const errors = [
    { error_code: code ?? 133_010, error_description: 'The number may not send.', possible_solution: '' },
  ];
  return { can_send_message: 'BLOCKED', entities: [{ ...number, can_send_message: 'BLOCKED', errors }] };
}
