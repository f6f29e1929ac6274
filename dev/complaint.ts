import { ConfigError } from '../src/platform/config.ts';

/** Something the person at the keyboard can put right. Printed as one line, without a stack trace. */
export class Complaint extends Error {
  override readonly name = 'Complaint';
}

/** Runs a program's main function: a complaint is printed as its one line, anything else as the fault it is. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Complaint || error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  }
}
