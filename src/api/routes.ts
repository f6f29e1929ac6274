import { absenceRoutes } from './absences/routes.ts';
import { adminProfileRoutes } from './admin-profiles/routes.ts';
import { approvalPolicyRoutes } from './approval-policies/routes.ts';
import { approvalRoutes } from './approvals/routes.ts';
import { type CampaignDependencies, campaignRoutes } from './campaigns/routes.ts';
import { commentRoutes } from './comments/routes.ts';
import { authorRoutes } from './authors/routes.ts';
import { businessCalendarRoutes } from './business-calendars/routes.ts';
import { contactGroupRoutes } from './contact-groups/routes.ts';
import { contactImportRoutes } from './contact-imports/routes.ts';
import { type ConnectionDependencies, connectionRoutes } from './connections/routes.ts';
import { crisisStopRoutes } from './crisis-stop/routes.ts';
import type { PublicRoute, Route } from './define-route.ts';
import type { EventFeed } from './events/event-feed.ts';
import { streamEvents } from './events/stream-events.ts';
import { groupRoutes } from './groups/routes.ts';
import { meRoutes } from './me/routes.ts';
import { type MediaDependencies, mediaRoutes } from './media/routes.ts';
import { type MessageDependencies } from './messages/send-message.ts';
import { messageRoutes } from './messages/routes.ts';
import { networkRoutes } from './networks/routes.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { revisionRoutes } from './revisions/routes.ts';
import { type PostDependencies, postRoutes } from './posts/routes.ts';
import { type TemplateDependencies, templateRoutes } from './templates/routes.ts';
import { uploadRoutes } from './uploads/routes.ts';
import { userRoutes } from './users/routes.ts';

/** What single resources need besides the services that all routes share. */
export interface RouteDependencies
  extends
    CampaignDependencies,
    ConnectionDependencies,
    MediaDependencies,
    PostDependencies,
    TemplateDependencies,
    MessageDependencies {
  readonly feed: EventFeed;
}

/** Every route of the API, in the order of its document. */
export function allRoutes(dependencies: RouteDependencies): readonly (Route | PublicRoute)[] {
  return [
    ...meRoutes,
    ...userRoutes,
    ...groupRoutes,
    ...businessCalendarRoutes,
    ...networkRoutes(dependencies),
    ...connectionRoutes(dependencies),
    ...adminProfileRoutes,
    ...mediaRoutes(dependencies),
    ...uploadRoutes(dependencies),
    ...templateRoutes(dependencies),
    ...postRoutes(dependencies),
    ...revisionRoutes,
    ...commentRoutes,
    ...approvalRoutes,
    ...campaignRoutes(dependencies),
    ...crisisStopRoutes,
    ...messageRoutes(dependencies),
    ...notificationRoutes,
    streamEvents(dependencies),
    ...approvalPolicyRoutes(dependencies),
    ...absenceRoutes,
    ...authorRoutes,
    ...contactGroupRoutes,
    ...contactImportRoutes(dependencies),
  ];
}
