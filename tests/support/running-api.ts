import { testStack } from '../../dev/stack.ts';
import { type Call, type CallAnswer, send } from './api.ts';

/** Where the API program of the test stack is reached, by networks too. */
export const runningAddress = `http://localhost:${testStack().ports.api}`;

/** Calls the API program of the test stack itself, behind which the worker and the simulators run. */
export function callRunning(path: string, call: Call = {}): Promise<CallAnswer> {
  return send(runningAddress + path, call);
}

/** The same, for a step that a story rests on: throws unless the answer has one of the statuses. */
export async function demand(statuses: number | readonly number[], path: string, call: Call = {}): Promise<CallAnswer> {
  const answer = await callRunning(path, call);
  if ([statuses].flat().includes(answer.status)) return answer;
  const body = JSON.stringify(answer.body).slice(0, 2_000);
  throw new Error(`${call.method ?? 'GET'} ${path} was answered ${answer.status}: ${body}`);
}
