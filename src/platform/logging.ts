import pino from 'pino';

export type Logger = pino.Logger;

/** Keys whose values never reach a log line, wherever a caller puts them (two levels deep). */
const secretKeys = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'clientSecret',
  'client_secret',
  'apiKey',
  'masterKey',
  'text',
  'body',
  'email',
];

const keyPaths = secretKeys.map((key) => (key.includes('-') ? `["${key}"]` : key));
const redactedPaths = ['', '*', '*.*'].flatMap((parent) =>
  keyPaths.map((key) => (parent === '' ? key : key.startsWith('[') ? `${parent}${key}` : `${parent}.${key}`)),
);

/**
 * The program's logger: one JSON object per line on standard output.
 * Log ids, kinds, counts and durations; never tokens, personal data or message bodies. Redaction is the net, not the plan.
 */
export function createLogger(
  options: { program: string; level: pino.LevelWithSilent },
  stream?: pino.DestinationStream,
): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: { program: options.program },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
  };
  return stream === undefined ? pino(settings) : pino(settings, stream);
}
