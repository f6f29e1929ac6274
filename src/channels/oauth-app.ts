/** An app as an authorisation server knows it; null where it is not configured. */
export interface OauthApp {
  readonly id: string | null;
  readonly secret: string | null;
}

export interface XApp extends OauthApp {
  /** Signs X's webhooks. */
  readonly consumerSecret: string | null;
  /** The app's own bearer token, which subscribes to webhooks. */
  readonly appToken: string | null;
}

export interface MicrosoftApp extends OauthApp {
  /** Whose accounts may consent: a directory's id, or `organizations` for any. */
  readonly directory: string;
}

export interface GoogleApp extends OauthApp {
  /** The Pub/Sub topic, `projects/…/topics/…`, on which Gmail tells of new mail; null: nothing is told. */
  readonly mailTopic: string | null;
}
