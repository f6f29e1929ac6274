import type { ColumnType } from 'kysely';

/** A value stored as jsonb: read as it is, written as its JSON text (a bare array would become a Postgres array). */
export type Json<T> = ColumnType<T, string, string>;

/** Likewise, where the column has a default. */
export type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;
