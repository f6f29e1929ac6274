import type { ConsentConnector } from '../connector.ts';
import { googleConsent } from '../google/connector.ts';
import { type GoogleDependencies, googleRest } from '../google/rest.ts';
import { grantedMailbox, probeMailbox, watchMailbox } from './mailbox.ts';

/** Gmail mailboxes, of Google Workspace and of gmail.com. */
export function gmailConnector(dependencies: GoogleDependencies): ConsentConnector {
  const rest = googleRest('gmail', dependencies);
  const topic = dependencies.app.mailTopic;
  return {
    ...googleConsent('gmail', dependencies),
    listPages: (grant, _named, options) => grantedMailbox(rest, grant, options),
    probe: (page, options) => probeMailbox(rest, page, options),
    // Gmail tells by Pub/Sub alone, on a topic of our own project.
    watch: topic === null ? null : (page, _wish, options) => watchMailbox(rest, page, topic, options),
  };
}
