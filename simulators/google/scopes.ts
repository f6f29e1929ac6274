const at = 'https://www.googleapis.com/auth/';

export const scope = {
  youtube: `${at}youtube`,
  youtubeReadonly: `${at}youtube.readonly`,
  youtubeUpload: `${at}youtube.upload`,
  youtubeForceSsl: `${at}youtube.force-ssl`,
  youtubeAnalytics: `${at}yt-analytics.readonly`,
  business: `${at}business.manage`,
  play: `${at}androidpublisher`,
  mail: 'https://mail.google.com/',
  mailModify: `${at}gmail.modify`,
  mailReadonly: `${at}gmail.readonly`,
  mailMetadata: `${at}gmail.metadata`,
  mailCompose: `${at}gmail.compose`,
  mailSend: `${at}gmail.send`,
  email: `${at}userinfo.email`,
  profile: `${at}userinfo.profile`,
  openid: 'openid',
} as const;

export const everyScope: readonly string[] = Object.values(scope);

/** What signing in needs: people are shown it and cannot untick it. */
export const signInScopes: readonly string[] = [scope.openid, scope.email, scope.profile];

/** With these a person is asked for which of their channels. */
export const asksForChannel = (scopes: readonly string[]): boolean =>
  scopes.some((each) => each.startsWith(scope.youtube) || each === scope.youtubeAnalytics);

/** The asked-for permissions in their full names. */
export function scopesAsked(text: string): readonly string[] {
  const full = text
    .split(' ')
    .filter((each) => each !== '')
    .map((each) => (each === 'email' || each === 'profile' ? scope[each] : each));
  return [...new Set(full)];
}
