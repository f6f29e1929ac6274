import type { AuthorizationFailure } from '../domain/authorization.ts';

/** What the page says on which a person lands who comes back from a network. `{tenant}` is put in by `about`. */
export interface ReturnWords {
  readonly title: string;
  readonly about: (tenant: string) => string;
  readonly selecting: string;
  readonly connected: string;
  readonly failed: Readonly<Record<AuthorizationFailure['code'], string>>;
  readonly stray: Readonly<Record<'unknown' | 'used' | 'expired' | 'other_network', string>>;
  readonly tooLong: string;
  readonly tooMany: string;
  readonly trouble: string;
  readonly close: string;
  readonly back: string;
}

const en: ReturnWords = {
  title: 'Connect pages',
  about: (tenant) => `For ${tenant}, on Chorally.`,
  selecting: 'Access was granted. Go back to Chorally and choose the pages.',
  connected: 'The page is connected again.',
  failed: {
    denied: 'You did not give consent. Nothing has changed.',
    refused: 'The network refused the request. Go back to Chorally and try again.',
    network_trouble: 'The network did not answer as it should. Try again in a few minutes.',
    nothing_to_connect: 'Nothing that you may grant can be connected. Chorally says why for each page.',
    other_page: 'Another page came back than the one to renew. Nothing has changed.',
    same_profile: 'The same person consented as before. Somebody else has to.',
    revocation_pending: 'Your earlier grant is still being taken back. Try again in a few minutes.',
    ended: 'The connection was ended meanwhile.',
  },
  stray: {
    unknown: 'This address was not made by Chorally, or is not complete. Nothing has changed.',
    used: 'This address has been used before. Nothing has changed.',
    expired: 'This took too long. Go back to Chorally and begin again.',
    other_network: 'This answer does not belong to the network that was asked. Nothing has changed.',
  },
  tooLong: 'This address is longer than any that a network sends.',
  tooMany: 'Too many have come back at once. Wait a minute and begin again.',
  trouble: 'Something is not working on our side. Begin again in a few minutes.',
  close: 'You can close this window.',
  back: 'Back to Chorally',
};

const it: ReturnWords = {
  title: 'Collega le pagine',
  about: (tenant) => `Per ${tenant}, su Chorally.`,
  selecting: 'Accesso concesso. Torna su Chorally e scegli le pagine.',
  connected: 'La pagina è di nuovo collegata.',
  failed: {
    denied: 'Non hai dato il consenso. Non è cambiato nulla.',
    refused: 'Il social ha rifiutato la richiesta. Torna su Chorally e riprova.',
    network_trouble: 'Il social non ha risposto come doveva. Riprova tra qualche minuto.',
    nothing_to_connect: 'Nulla di ciò che puoi concedere si può collegare. Chorally dice perché per ogni pagina.',
    other_page: 'È tornata una pagina diversa da quella da rinnovare. Non è cambiato nulla.',
    same_profile: 'Ha dato il consenso la stessa persona di prima. Deve farlo un’altra.',
    revocation_pending: 'Il tuo consenso precedente è ancora in corso di revoca. Riprova tra qualche minuto.',
    ended: 'Nel frattempo il collegamento è stato chiuso.',
  },
  stray: {
    unknown: 'Questo indirizzo non viene da Chorally o non è completo. Non è cambiato nulla.',
    used: 'Questo indirizzo è già stato usato. Non è cambiato nulla.',
    expired: 'È passato troppo tempo. Torna su Chorally e ricomincia.',
    other_network: 'Questa risposta non è del social a cui era stata chiesta. Non è cambiato nulla.',
  },
  tooLong: 'Questo indirizzo è più lungo di quelli che un social invia.',
  tooMany: 'Troppi ritorni insieme. Aspetta un minuto e ricomincia.',
  trouble: 'Qualcosa da parte nostra non funziona. Ricomincia tra qualche minuto.',
  close: 'Puoi chiudere questa finestra.',
  back: 'Torna su Chorally',
};

export const returnWords = { en, it } as const;
export type ReturnLanguage = keyof typeof returnWords;
