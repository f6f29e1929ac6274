import type { Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { removePolicy } from './archive-policy.ts';
import { chooseConnectionPolicy, chooseDefaultPolicy } from './assign-policy.ts';
import { createPolicy } from './create-policy.ts';
import { editPolicy } from './edit-policy.ts';
import { listPolicies, readPolicy } from './read-policies.ts';

/** The default before single policies: `default` is no id. */
export function approvalPolicyRoutes(dependencies: { urls: MediaUrls }): readonly Route[] {
  return [
    listPolicies,
    createPolicy,
    chooseDefaultPolicy,
    readPolicy,
    editPolicy,
    removePolicy,
    chooseConnectionPolicy(dependencies),
  ];
}
