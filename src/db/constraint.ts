/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const codes = { unique: '23505', 'foreign key': '23503' } as const;

/** Runs statements that may break a rule which only Postgres can check: false then, and the transaction is lost. */
export async function unlessViolated(rule: keyof typeof codes, statements: () => Promise<void>): Promise<boolean> {
  try {
    await statements();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === codes[rule]) return false;
    throw error;
  }
}
