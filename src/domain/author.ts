/** What an author has agreed to be sent. */
export const consents = ['unknown', 'granted', 'withdrawn'] as const;
export type Consent = (typeof consents)[number];

/** How we know: a file, a program, their own words, their settings at the network, or a colleague. */
export const consentSources = ['import', 'api', 'stop_word', 'start_word', 'user_preferences', 'person'] as const;
export type ConsentSource = (typeof consentSources)[number];

/** A value of a custom field. */
export type AttributeValue = string | number | boolean;

export type Attributes = Readonly<Record<string, AttributeValue>>;
