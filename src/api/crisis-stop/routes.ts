import type { Route } from '../define-route.ts';
import { callStop } from './call-stop.ts';
import { readStop } from './read-stop.ts';
import { releaseStop } from './release-stop.ts';

export const crisisStopRoutes: readonly Route[] = [readStop, callStop, releaseStop];
