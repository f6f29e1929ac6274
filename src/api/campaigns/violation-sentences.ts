import type { PlanViolation } from '../../domain/campaign-plan.ts';

/** What a violation says to a person. */
export function sentenceOf(violation: PlanViolation): string {
  switch (violation.code) {
    case 'no_group':
      return 'No group of contacts is chosen.';
    case 'no_number':
      return 'No number is chosen to send from.';
    case 'no_variant':
      return 'No template is chosen.';
    case 'no_recipient':
      return 'Nobody of the audience may be sent it.';
    case 'start_in_past':
      return 'The start has passed.';
    case 'group_archived':
      return 'A chosen group has been archived.';
    case 'not_whatsapp':
      return 'A chosen connection is no WhatsApp number.';
    case 'number_not_connected':
      return 'A chosen number is not connected.';
    case 'number_suspended':
      return 'A chosen number is suspended.';
    case 'template_not_approved':
      return `The template of variant ${violation.variant} is not approved: it is ${violation.status}.`;
    case 'cap_without_price':
      return `No price is known of what variant ${violation.variant} sends, so the cost cap cannot be kept.`;
    case 'template_of_other_account':
      return `The template of variant ${violation.variant} belongs to another account than a chosen number.`;
    case 'variable_without_source':
      return `Nothing fills ${violation.place} of variant ${violation.variant}.`;
    case 'source_without_variable':
      return `The template of variant ${violation.variant} has no ${violation.place}.`;
  }
}
