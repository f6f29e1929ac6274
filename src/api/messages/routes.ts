import type { Route } from '../define-route.ts';
import { listMessages } from './list-messages.ts';
import { listThreads } from './list-threads.ts';
import { type MessageDependencies, sendMessage } from './send-message.ts';

export function messageRoutes(dependencies: MessageDependencies): readonly Route[] {
  return [listThreads, listMessages, sendMessage(dependencies)];
}
