import type { ConsentConnector } from '../connector.ts';
import { googleConsent } from '../google/connector.ts';
import { type GoogleDependencies, googleRest } from '../google/rest.ts';
import { grantedChannels, probeChannel } from './channels.ts';

/** YouTube channels, granted by their owner or as the Brand Account that owns them. */
export function youtubeConnector(dependencies: GoogleDependencies): ConsentConnector {
  const rest = googleRest('youtube', dependencies);
  return {
    ...googleConsent('youtube', dependencies),
    listPages: (grant, _named, options) => grantedChannels(rest, grant, options),
    probe: (page, options) => probeChannel(rest, page, options),
    // YouTube tells of new films only, and to everybody.
    watch: null,
  };
}
