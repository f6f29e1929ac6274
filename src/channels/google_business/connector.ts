import type { ConsentConnector } from '../connector.ts';
import { googleConsent } from '../google/connector.ts';
import { type GoogleDependencies, googleRest } from '../google/rest.ts';
import { grantedLocations, probeLocation } from './locations.ts';

/** The locations of Google Business Profile that a person manages. */
export function googleBusinessConnector(dependencies: GoogleDependencies): ConsentConnector {
  const rest = googleRest('google_business', dependencies);
  return {
    ...googleConsent('google_business', dependencies),
    listPages: (grant, _named, options) => grantedLocations(rest, grant, options),
    probe: (page, options) => probeLocation(rest, page, options),
    // Google tells of reviews by account, for all of its locations at once, and never of roles.
    watch: null,
  };
}
