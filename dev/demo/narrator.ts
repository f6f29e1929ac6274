import { Complaint } from '../complaint.ts';

/** Tells the story as it happens. A claim is printed only after it was observed; a false one ends the story. */
export type Narrator = Readonly<{
  chapter: (title: string) => void;
  tell: (line: string) => void;
  /** Throws a complaint that says what was seen instead when the claim does not hold. */
  claim: (line: string, holds: boolean, seen: unknown) => void;
  /** A line that shows that a wait goes on. */
  progress: (line: string) => void;
}>;

export function consoleNarrator(): Narrator {
  return {
    chapter: (title) => console.log(`\n${title}`),
    tell: (line) => console.log(`  ${line}`),
    claim: (line, holds, seen) => {
      if (!holds) throw new Complaint(`  ✗ ${line}\n    but this was seen: ${JSON.stringify(seen)}`);
      console.log(`  ✓ ${line}`);
    },
    progress: (line) => console.log(`    … ${line}`),
  };
}
