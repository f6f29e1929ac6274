import type { PublicRoute, Route } from '../define-route.ts';
import type { MediaDependencies } from '../media/routes.ts';
import { beginImport } from './begin-import.ts';
import { cancelImport, fetchRefusedRows, listImports, showImport } from './read-imports.ts';

export function contactImportRoutes(media: MediaDependencies): readonly (Route | PublicRoute)[] {
  return [listImports(media), beginImport(media), showImport(media), cancelImport(media), fetchRefusedRows(media)];
}
