import type { Call } from '../kernel/operation.ts';
import { gatewayError } from './errors.ts';

/** The URN that the last segment of the path names. Rest.li takes it percent-encoded only. */
export function pathUrn(call: Call): string {
  const sent = call.rawPath.split('/').at(-1) ?? '';
  if (/[:(),]/.test(sent)) throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'Syntax exception in path variables');
  return decodeURIComponent(sent);
}

/** A query parameter, decoded once; `null` if it is not there. A URN in it must be percent-encoded. */
export function queryParam(call: Call, name: string): string | null {
  const pair = call.rawQuery.split('&').find((one) => one.startsWith(`${name}=`));
  if (pair === undefined) return null;
  const sent = pair.slice(name.length + 1);
  if (/[:(),]/.test(sent) && !sent.startsWith('List(')) {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', `Invalid query parameters passed to request: ${name}`);
  }
  return new URLSearchParams(`value=${sent}`).get('value');
}

/** A whole number in the query. */
export function queryNumber(call: Call, name: string, otherwise: number): number {
  const value = Number(queryParam(call, name) ?? otherwise);
  if (!Number.isInteger(value) || value < 0) {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', `Invalid query parameters passed to request: ${name}`);
  }
  return value;
}
