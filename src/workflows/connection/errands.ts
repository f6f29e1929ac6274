import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { PictureActivities } from '../../activities/connection-picture.ts';
import type { RevocationActivities, RevocationResult } from '../../activities/connection-revocation.ts';
import type { ConnectionInput } from '../../domain/connection.ts';
import { networkNames } from '../../domain/network.ts';
import { providerRead, providerRevoke } from '../activity-options.ts';
import { queueBeside } from '../task-queues.ts';

/** What the process asks of the network. */
export function errandsFor({ tenantId, connectionId, network }: ConnectionInput) {
  const taskQueue = queueBeside('publish');
  const { revokeGrant } = proxyActivities<RevocationActivities>({ ...providerRevoke, taskQueue });
  const { keepPicture } = proxyActivities<PictureActivities>({ ...providerRead, taskQueue });
  const key = { tenantId, connectionId };
  return {
    takeGrantBack: (): Promise<RevocationResult> =>
      revokeGrant.executeWithOptions({ summary: `Take the grant back at ${networkNames[network]}` }, [key]),

    /** A card without a picture is still a card. */
    async keepPicture(): Promise<void> {
      try {
        await keepPicture.executeWithOptions({ summary: 'Keep the picture of the page' }, [key]);
      } catch (error) {
        if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      }
    },
  };
}
