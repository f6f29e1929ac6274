import type { Catalogue } from './catalogue.ts';

export const en: Catalogue = {
  told: {
    approval_requested: '“{post}” waits for your approval',
    approval_reminder: 'Reminder: “{post}” still waits for your approval',
    approval_escalated: '“{post}” was not approved in time and now waits for you',
    approval_delegated: '{actor} asks you to decide on “{post}” instead',
    approval_settled:
      '{outcome, select, approved {“{post}” was approved} rejected {“{post}” was rejected} changes_requested {“{post}” came back for changes} expired {The approval of “{post}” has expired} withdrawn {“{post}” was withdrawn from approval} other {The approval of “{post}” is over}}',
    approval_overdue: 'The approval of “{post}” is overdue',
    mentioned: '{actor} mentioned you on “{post}”',
  },
  asked: {
    approval_requested: 'Read it and approve it, reject it, or ask for changes.',
    approval_reminder: 'Read it and approve it, reject it, or ask for changes.',
    approval_escalated: 'Whoever was asked has not decided. Read it and decide.',
    approval_delegated: 'Your vote counts in place of theirs.',
    approval_settled:
      '{outcome, select, expired {Nobody decided in time.} other {{actor} decided.}} You hear of it because you wrote or submitted the post.',
    approval_overdue:
      'Nobody has decided in time. If it waits for you, read it and decide; if it is yours, you may withdraw it.',
    mentioned: 'Answer under the post.',
  },
  untitled: 'a post without text',
  somebody: 'A colleague',
  greeting: 'Hello {name},',
  plan: 'It is planned for {pages, plural, one {one page} other {# pages}}, on {slot}.',
  planWithoutSlot: 'It is planned for {pages, plural, one {one page} other {# pages}}; nobody has set a time yet.',
  deadline: 'It has to be decided by {deadline}.',
  daysLeft: '{days, plural, one {One day is} other {# days are}} left.',
  hoursLeft: '{hours, plural, one {One hour is} other {# hours are}} left.',
  minutesLeft: '{minutes, plural, one {One minute is} other {# minutes are}} left.',
  overdue: 'That moment has passed.',
  postSays: 'The post begins:',
  commentSays: '{actor} wrote:',
  open: 'Open the post',
  footer: 'Sent by Chorally for {tenant}. Nobody reads answers to this address.',
  remedies: {
    connect_again: 'It was disconnected. Connect the same page again and it comes back with its history.',
    consent_again: '{network} no longer accepts the consent. Refresh the connection and consent again.',
    key_again: '{network} no longer accepts the key. Refresh the connection with a valid one.',
    regain_role:
      'Whoever granted access no longer has a role on the page. Give the role back and refresh the connection, or transfer it to another admin profile.',
    grant_permissions:
      '{count, plural, =0 {A permission is missing.} one {The permission {permissions} is missing.} other {The permissions {permissions} are missing.}} Refresh the connection and leave everything ticked on the page of {network}.',
    renew_consent:
      'The consent given on {network} is about to lapse. Refresh the connection before it does; until then everything works.',
    check_admin_rights:
      '{network} fails to answer. It is asked again by itself; if this lasts, check that the page still has its admin rights.',
    wait_for_limit: '{network} asks for a pause. There is nothing to do: it goes on by itself.',
    wait: '{network} cannot be reached. There is nothing to do: it is asked again by itself.',
  },
};
