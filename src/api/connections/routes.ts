import type { Storage } from '../../platform/storage.ts';
import type { PublicRoute, Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import type { FlowDependencies } from './begin-authorization.ts';
import { checkConnection, type CheckDependencies } from './check-connection.ts';
import { disconnect, showImpact } from './disconnect-connection.ts';
import { fetchPicture } from './fetch-picture.ts';
import { listConnections } from './list-connections.ts';
import { showAuthorization } from './read-authorization.ts';
import { selectPages } from './select-pages.ts';
import { showConnection } from './show-connection.ts';
import { startRoutes } from './start-authorization.ts';
import { resume, suspend } from './suspend-connection.ts';

export interface ConnectionDependencies extends CheckDependencies, FlowDependencies {
  /** Where pictures are kept, and how they are addressed. */
  readonly storage: Storage;
  readonly urls: MediaUrls;
}

export function connectionRoutes(dependencies: ConnectionDependencies): readonly (Route | PublicRoute)[] {
  return [
    listConnections(dependencies),
    showConnection(dependencies),
    checkConnection(dependencies),
    suspend(dependencies),
    resume(dependencies),
    showImpact,
    disconnect(dependencies),
    fetchPicture(dependencies),
    ...startRoutes(dependencies),
    showAuthorization,
    selectPages(dependencies),
  ];
}
