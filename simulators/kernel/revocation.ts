/** A person who takes back all that they have granted, as they can in the network's own settings. */
export interface Revocation {
  readonly personId: string;
  /** How many grants have ended. */
  readonly revoked: number;
  /** Where the network tells the app of it, if it calls addresses that are set in the app's settings. */
  readonly callbacks: {
    readonly deauthorizeUrl?: string | undefined;
    readonly dataDeletionUrl?: string | undefined;
  };
}

/** What an app answered when it was told. */
export interface Told {
  readonly url: string;
  readonly status: number;
  /** The first thousand characters. */
  readonly body: string;
}
