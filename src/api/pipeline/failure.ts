import type { Logger } from '../../platform/logging.ts';
import { refuseCommon, unavailable } from '../common-problems.ts';
import { problemBody, Refused } from '../problem.ts';
import type { Reply } from './request.ts';

/** What went wrong, as the problem that the caller is told. What only we can mend is logged. */
export function problemOf(error: unknown, logger: Logger): Refused {
  if (error instanceof Refused) return error;
  const code = codeOf(error);
  if (isDatabaseDown(error, code)) {
    logger.warn({ code, kind: 'database' }, 'the database could not be reached');
    return unavailable('database');
  }
  if (code !== null && /^22[0-9A-Z]{3}$/.test(code)) {
    // Data that Postgres cannot store and no schema caught: the caller's, but a rule is missing on our side.
    logger.error({ code }, 'a value passed validation and was refused by the database');
    return refuseCommon('malformed', { detail: 'A value cannot be stored.' });
  }
  if (isClientError(error)) return refuseCommon('malformed', { detail: 'The address cannot be read.' });
  logger.error(loggable(error), 'a request failed');
  return refuseCommon('internal');
}

/** What may be logged of an error: Postgres repeats values of the row in its messages, so only its codes are. */
export function loggable(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code = codeOf(error);
  const at = error.stack?.split('\n').filter((line) => line.startsWith('    at '));
  if (code === null) return { name: error.name, message: error.message, at };
  const { table, constraint } = error as { table?: unknown; constraint?: unknown };
  return { name: error.name, code, table, constraint, at };
}

/** A problem as it is written. */
export function problemReply(refused: Refused, about: { instance: string; requestId: string }): Reply {
  return {
    status: refused.kind.status,
    headers: {
      ...(refused.kind.status === 503 ? { 'retry-after': '2' } : {}),
      ...refused.details.headers,
      'content-type': 'application/problem+json',
    },
    json: JSON.stringify(problemBody(refused, about)),
  };
}

/** https://www.postgresql.org/docs/18/errcodes-appendix.html: connection, resources, shutdown, locks, conflicts. */
const downCodes = /^(08...|53...|57P0[1-5]|57014|55P03|40001|40P01)$/;
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);
/** `pg` tells these in words only. */
const downMessages = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;

function isDatabaseDown(error: unknown, code: string | null): boolean {
  if (code !== null && (downCodes.test(code) || networkCodes.has(code))) return true;
  return error instanceof Error && downMessages.test(error.message);
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Express throws these for addresses that it cannot decode. */
function isClientError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}
