import { join } from 'node:path';
import { type Faults, openFaults } from './faults.ts';
import { type Holds, holds } from './holds.ts';
import { mediaFolder, type MediaFolder } from './media.ts';
import { openPublications, type Publications } from './publications.ts';
import { requestLog, type RequestLog } from './request-log.ts';
import { openSettings, type Settings, type SettingsStore } from './settings.ts';
import { openStore, type Store } from './store.ts';
import { openTokens, type SeededToken, type Tokens } from './tokens.ts';

/** What apps have been granted: `grants.ts`, `tokens.ts`, and the tokens of Facebook's pages. */
const grantCollections = ['grant', 'grant-token', 'token-issued', 'page-token'];

/** All that one simulator holds. */
export interface World {
  readonly store: Store;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly tokens: Tokens;
  readonly publications: Publications;
  readonly media: MediaFolder;
  readonly settings: SettingsStore;
  /** Where browsers and callers reach this simulator, without a slash at the end. Known once it listens. */
  readonly publicUrl: () => string;
  /** Back to the seeds: no log, no faults, no posts, every token honoured that was not taken back, the first settings. */
  readonly reset: () => Promise<void>;
}

export async function openWorld(options: {
  folder: string;
  tokens: readonly SeededToken[];
  settings: Settings;
  publicUrl: () => string;
}): Promise<World> {
  const store = await openStore(options.folder);
  const media = mediaFolder(join(options.folder, 'media'));
  const held = holds();
  return {
    store,
    log: requestLog(store),
    faults: openFaults(store),
    holds: held,
    tokens: openTokens(store, options.tokens),
    publications: openPublications(store),
    media,
    settings: openSettings(store, options.settings),
    publicUrl: options.publicUrl,
    reset: async () => {
      held.drop();
      // Whoever was granted something goes on: an app whose network forgot its grants would be cut off.
      await store.clear(grantCollections);
      await media.clear();
    },
  };
}
