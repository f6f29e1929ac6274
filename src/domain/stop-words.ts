/** What a message asks of us by one word. */
export type Wish = 'stop' | 'start';

/**
 * Words by which people end messages, and by which they take them up again. A word counts only as the whole message:
 * "stop" inside of a sentence is no wish, and a customer who writes "fine" is content, so no word stands here that
 * people also answer with.
 */
const words: Readonly<Record<string, Readonly<Record<Wish, readonly string[]>>>> = {
  en: {
    stop: ['stop', 'stop all', 'unsubscribe', 'opt out', 'optout', 'end messages', 'stop messages', 'stop promotions'],
    start: ['start', 'subscribe', 'unstop', 'opt in', 'optin'],
  },
  it: {
    stop: [
      'stop',
      'disiscrivi',
      'disiscrivimi',
      'cancellami',
      'annulla iscrizione',
      'basta',
      'ferma',
      'ferma promozioni',
    ],
    start: ['start', 'iscrivi', 'iscrivimi', 'riprendi'],
  },
  de: {
    stop: ['stop', 'stopp', 'abmelden', 'abbestellen', 'austragen', 'werbung stoppen'],
    start: ['start', 'anmelden', 'abonnieren'],
  },
  fr: {
    stop: ['stop', 'arret', 'arreter', 'desabonner', 'desinscrire', 'desinscription', 'me desabonner'],
    start: ['start', 'abonner', 'inscrire', 'm abonner', 'reprendre'],
  },
  es: {
    stop: ['stop', 'baja', 'darme de baja', 'dar de baja', 'cancelar suscripcion', 'parar', 'detener promociones'],
    start: ['start', 'alta', 'darme de alta', 'suscribir', 'suscribirme'],
  },
  pt: {
    stop: ['stop', 'parar', 'pare', 'sair', 'descadastrar', 'cancelar inscricao'],
    start: ['start', 'inscrever', 'voltar a receber'],
  },
  nl: {
    stop: ['stop', 'afmelden', 'uitschrijven'],
    start: ['start', 'aanmelden', 'inschrijven'],
  },
  pl: {
    stop: ['stop', 'wypisz', 'wypisz mnie', 'rezygnuje'],
    start: ['start', 'zapisz', 'zapisz mnie'],
  },
};

/**
 * The wish that a whole message is, or null. Looked for in the languages that are spoken with the author, and always in
 * English, since our own texts say "STOP" everywhere. Case, accents, punctuation and emoji do not matter.
 */
export function stopWordIn(text: string, languages: readonly (string | null)[]): Wish | null {
  const said = plain(text);
  for (const language of [...languages, 'en']) {
    const known = words[language?.toLowerCase().split(/[-_]/)[0] ?? ''];
    if (known?.stop.includes(said)) return 'stop';
    if (known?.start.includes(said)) return 'start';
  }
  return null;
}

/** Letters and digits in lower case, without accents, one space between words. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
