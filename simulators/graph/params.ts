import type { Call } from '../kernel/operation.ts';
import { invalidParameter } from './errors.ts';

/** A parameter wherever it was sent: the body wins over the query. `null` if it was not, or is empty. */
export function param(call: Call, name: string): string | null {
  const value = raw(call, name);
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A parameter that must be there. */
export function required(call: Call, name: string): string {
  const value = param(call, name);
  if (value === null) throw invalidParameter(`(#100) The parameter ${name} is required`);
  return value;
}

/** A boolean as Graph takes it: `true`, `1`, `false`, `0`. */
export function flag(call: Call, name: string, otherwise: boolean): boolean {
  const value = param(call, name);
  return value === null ? otherwise : value === 'true' || value === '1';
}

/** A list of objects, sent as JSON or as `name[0]=…` fields whose values are JSON or fields again. */
export function objects(call: Call, name: string): readonly Readonly<Record<string, unknown>>[] {
  const value = parseJson(raw(call, name) ?? [], name);
  const items = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : null;
  if (items === null) throw invalidParameter(`(#100) Param ${name} must be an array.`);
  return items.map((item) => {
    const parsed = parseJson(item, name);
    if (!isRecord(parsed)) throw invalidParameter(`(#100) Param ${name} must be an array of objects.`);
    return parsed;
  });
}

/** A list of ids, sent as JSON or separated by commas. */
export function ids(call: Call, name: string): readonly string[] {
  const value = raw(call, name);
  if (Array.isArray(value)) return value.map(String);
  const text = param(call, name) ?? '';
  const items = text.startsWith('[') ? parseJson(text, name) : text.split(',');
  return Array.isArray(items) ? items.map((item) => String(item).trim()).filter((item) => item !== '') : [];
}

/** Seconds or a date, as `since` and `until` take it; epoch seconds. */
export function instant(call: Call, name: string): number | null {
  const value = param(call, name);
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : Date.parse(value) / 1000;
  if (Number.isNaN(seconds)) throw invalidParameter(`(#100) Param ${name} must be a valid timestamp.`);
  return Math.floor(seconds);
}

function raw(call: Call, name: string): unknown {
  const inBody = isRecord(call.body) ? call.body[name] : undefined;
  return inBody ?? call.query[name];
}

function parseJson(value: unknown, name: string): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidParameter(`(#100) Param ${name} must be valid JSON.`);
    throw error;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
