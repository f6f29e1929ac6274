import type { Catalogue } from './catalogue.ts';

export const en: Catalogue = {
  told: {
    approval_requested: '“{post}” waits for your approval',
    approval_reminder: 'Reminder: “{post}” still waits for your approval',
    approval_escalated: '“{post}” was not approved in time and now waits for you',
    approval_delegated: '{actor} asks you to decide on “{post}” instead',
    approval_settled:
      '{outcome, select, approved {“{post}” was approved} rejected {“{post}” was rejected} changes_requested {“{post}” came back for changes} expired {The approval of “{post}” has expired} withdrawn {“{post}” was withdrawn from approval} voided {“{post}” has changed: its approval no longer holds} other {The approval of “{post}” is over}}',
    approval_overdue: 'The approval of “{post}” is overdue',
    mentioned: '{actor} mentioned you on “{post}”',
    connection_degraded: '“{page}” cannot be reached: {network} is in trouble',
    connection_refresh_required: '“{page}” on {network} needs your consent again',
    connection_expired: '“{page}” on {network} is no longer connected',
    connection_reminder: 'Reminder: “{page}” on {network} still does not work as it should',
    connection_repaired: '“{page}” on {network} works again',
    campaign_paused:
      'The campaign “{campaign}” has paused{reason, select, error_rate {: too many of its messages fail} quality {: WhatsApp has complaints} quota {: the month’s messages are used up} cost_cap {: its cost cap is reached} connection {: a number cannot send} contract {: the contract has ended} other {}}',
    campaign_finished: 'The campaign “{campaign}” has finished',
  },
  asked: {
    approval_requested: 'Read it and approve it, reject it, or ask for changes.',
    approval_reminder: 'Read it and approve it, reject it, or ask for changes.',
    approval_escalated: 'Whoever was asked has not decided. Read it and decide.',
    approval_delegated: 'Your vote counts in place of theirs.',
    approval_settled:
      '{outcome, select, expired {Nobody decided in time.} voided {What it says or whom it reaches is not what was approved. It is a draft again: look at it and submit it anew.} other {{actor} decided.}} You hear of it because you wrote or submitted the {about, select, campaign {campaign} other {post}}.',
    approval_overdue:
      'Nobody has decided in time. If it waits for you, read it and decide; if it is yours, you may withdraw it.',
    mentioned: 'Answer under the post.',
    connection_degraded:
      'There is nothing to do: we keep trying, and what waits goes out when {network} answers again. If it lasts, check that the page still exists and that its admin still has admin rights.',
    connection_refresh_required:
      '{cause, select, permission_lost {{network} has taken a permission back. What needs only the others still works. Press “Refresh connection” and leave every permission ticked.} other {The consent given at {network} is about to lapse. Press “Refresh connection” before it does.}}',
    connection_expired:
      '{network} no longer accepts the access that was granted. Nothing is lost: what should go out waits. Press “Refresh connection” and sign in at {network} with a profile that has admin rights on the page.',
    connection_reminder:
      '{state, select, degraded {{network} is still in trouble. We keep trying; check that the page still exists and that its admin still has admin rights.} other {Press “Refresh connection” and sign in at {network} with a profile that has admin rights on the page.}}',
    connection_repaired:
      'There is nothing to do. {passedSlots, select, now {What had waited goes out now.} ask {What had waited goes out; where its time had passed for more than an hour, the post asks you.} drop {What had waited goes out; where its time had passed, it is dropped.} other {What had waited goes on.}}',
    campaign_paused:
      '{reason, select, error_rate {Look at the failures in its results, then resume or cancel it.} quality {Look at the quality of its template and its number at WhatsApp before you resume it.} quota {Resume it when the tenant’s monthly quota has been raised, or next month.} cost_cap {Clone it with a higher cap for those who are left, or cancel it.} connection {{problem, select, payment {WhatsApp wants the account’s payment method put right.} restricted {WhatsApp has restricted the account; its Business Manager says why.} number {WhatsApp does not take messages from the number: it is not registered, or its name is not approved.} other {Look at the connection of its number.}} It goes on by itself once the number can send again, or when you resume it.} other {Resume it when the reason has gone.}} Whoever was not sent the message yet waits; nobody is sent it twice.',
    campaign_finished:
      'Nobody of its audience is left. What became of each message stands in its results, which still change with what people read and answer.',
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
  openConnection: 'Open the connection',
  openCampaign: 'Open the campaign',
  since: 'It has been so since {since}.',
  waiting: '{posts, plural, one {One post waits} other {# posts wait}} for it.',
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
