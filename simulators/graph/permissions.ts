import type { Identity } from './identity.ts';
import { instagramPerson } from './instagram-people.ts';

/** What apps can ask a person for, on pages and on the Instagram accounts that belong to one. */
export const personPermissions = [
  'pages_show_list',
  'business_management',
  'pages_manage_posts',
  'pages_manage_engagement',
  'pages_manage_metadata',
  'pages_read_engagement',
  'pages_read_user_content',
  'pages_messaging',
  'read_insights',
  'instagram_basic',
  'instagram_content_publish',
  'instagram_manage_comments',
  'instagram_manage_insights',
  'instagram_manage_messages',
] as const;

export const instagramPermissions = [
  'instagram_business_basic',
  'instagram_business_content_publish',
  'instagram_business_manage_comments',
  'instagram_business_manage_insights',
  'instagram_business_manage_messages',
] as const;

/** What the Embedded Signup configuration of the seed asks a business for. */
export const whatsappPermissions = ['whatsapp_business_management', 'whatsapp_business_messaging'] as const;

/** All that a grant of this kind can hold. */
export function grantableBy(kind: Identity['kind'], id: string): readonly string[] {
  if (kind === 'business') return whatsappPermissions;
  return instagramPerson(id) === null ? personPermissions : instagramPermissions;
}
