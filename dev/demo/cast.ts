import type { Environment } from '../environment-file.ts';
import type { Person } from './api-client.ts';
import type { Narrator } from './narrator.ts';
import type { Page } from './pages.ts';

/** Who connects, and who tells of it. */
export type Connecting = Readonly<{ giulia: Person; say: Narrator }>;

/** Whoever appears in the chapters about connections. */
export type ConnectionCast = Connecting &
  Readonly<{
    environment: Environment;
    elena: Person;
    /** Where Giulia reads her mail. */
    address: string;
    /** A page that stays connected. */
    facebook: Page;
  }>;
