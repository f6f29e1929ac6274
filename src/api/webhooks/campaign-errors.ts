import type { LedgerOutcome } from '../../db/ledger-status.ts';
import { type ErrorRate, watchErrors } from '../../domain/error-rate.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { countsAsError } from '../../domain/whatsapp-verdict.ts';

/** Watches what is told of campaigns' messages for too many that were taken and then not delivered. */
export interface CampaignErrors {
  /** Notes what has become of messages; answers the campaigns of which too many have failed. */
  failing(outcome: Pick<LedgerOutcome, 'failures' | 'arrivals'>): readonly CampaignId[];
}

/** Those that were told of last; of one that is forgotten, the next messages say the same. */
const mostWatched = 1_000;

/**
 * Most numbers that do not exist are known by a status only, so answers alone would say that all is well. Each process
 * goes by what it is told itself: that is a fair sample of the whole.
 */
export function campaignErrors(): CampaignErrors {
  const watched = new Map<CampaignId, ErrorRate>();

  function rateOf(campaignId: CampaignId): ErrorRate {
    const rate = watched.get(campaignId) ?? watchErrors();
    watched.delete(campaignId);
    watched.set(campaignId, rate);
    const [oldest] = watched.keys();
    if (watched.size > mostWatched && oldest !== undefined) watched.delete(oldest);
    return rate;
  }

  return {
    failing({ failures, arrivals }) {
      for (const campaignId of arrivals) rateOf(campaignId).note(false);
      const errors = failures.filter(({ errorCode }) => countsAsError(errorCode));
      for (const { campaignId } of errors) rateOf(campaignId).note(true);
      const failing = [...new Set(errors.map(({ campaignId }) => campaignId))].filter((id) => rateOf(id).isTooHigh());
      // Whoever resumes it wants to see what becomes of the next.
      for (const campaignId of failing) watched.delete(campaignId);
      return failing;
    },
  };
}
