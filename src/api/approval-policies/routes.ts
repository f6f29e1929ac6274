import type { Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { removePolicy } from './archive-policy.ts';
import { chooseCampaignPolicy, chooseConnectionPolicy, chooseDefaultPolicy } from './assign-policy.ts';
import { createPolicy } from './create-policy.ts';
import { editPolicy } from './edit-policy.ts';
import { listPolicies, readPolicy } from './read-policies.ts';

/** The choices before single policies: `default` and `campaigns` are no ids. */
export function approvalPolicyRoutes(dependencies: { urls: MediaUrls }): readonly Route[] {
  return [
    listPolicies,
    createPolicy,
    chooseDefaultPolicy,
    chooseCampaignPolicy,
    readPolicy,
    editPolicy,
    removePolicy,
    chooseConnectionPolicy(dependencies),
  ];
}
