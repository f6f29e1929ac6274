import type { World } from '../../kernel/world.ts';
import { templateOfMessage } from '../template-parameters.ts';
import { whatsappError } from './limits.ts';
import type { CheckTemplate } from './messages.ts';

/** Holds every message that is a template against the account's own, as the Cloud API does. */
export function templateCheck(world: World): CheckTemplate {
  return (sent, wabaId) => {
    const outcome = templateOfMessage(world, wabaId, sent);
    if ('template' in outcome) return outcome.template;
    const { code, title, details } = outcome.refusal;
    throw whatsappError(code, title, details);
  };
}
