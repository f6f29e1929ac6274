import type { Catalogue } from './catalogue.ts';

export const it: Catalogue = {
  told: {
    approval_requested: '«{post}» attende la tua approvazione',
    approval_reminder: 'Promemoria: «{post}» attende ancora la tua approvazione',
    approval_escalated:
      '«{post}» non è {about, select, campaign {stata approvata} other {stato approvato}} in tempo e ora attende te',
    approval_delegated: '{actor} ti chiede di decidere su «{post}» al posto suo',
    approval_settled:
      '{outcome, select, approved {«{post}» è {about, select, campaign {stata approvata} other {stato approvato}}} rejected {«{post}» è {about, select, campaign {stata respinta} other {stato respinto}}} changes_requested {Sono state chieste modifiche a «{post}»} expired {L’approvazione di «{post}» è scaduta} withdrawn {«{post}» è {about, select, campaign {stata ritirata} other {stato ritirato}} dall’approvazione} voided {«{post}» è cambiata: l’approvazione non vale più} other {L’approvazione di «{post}» è conclusa}}',
    approval_overdue: 'L’approvazione di «{post}» è in ritardo',
    mentioned: '{actor} ti ha menzionato su «{post}»',
    connection_degraded: '«{page}» non è raggiungibile: {network} ha problemi',
    connection_refresh_required: '«{page}» su {network} richiede di nuovo il tuo consenso',
    connection_expired: '«{page}» su {network} non è più connessa',
    connection_reminder: 'Promemoria: «{page}» su {network} non funziona ancora come dovrebbe',
    connection_repaired: '«{page}» su {network} funziona di nuovo',
    campaign_paused:
      'La campagna «{campaign}» è in pausa{reason, select, error_rate {: troppi messaggi non riescono} quality {: WhatsApp ha rilievi sulla qualità} quota {: i messaggi del mese sono esauriti} cost_cap {: il tetto di spesa è raggiunto} connection {: un numero non può inviare} contract {: il contratto è terminato} other {}}',
    campaign_finished: 'La campagna «{campaign}» è terminata',
  },
  asked: {
    approval_requested:
      '{about, select, campaign {Leggila e approvala, respingila} other {Leggilo e approvalo, respingilo}} oppure chiedi modifiche.',
    approval_reminder:
      '{about, select, campaign {Leggila e approvala, respingila} other {Leggilo e approvalo, respingilo}} oppure chiedi modifiche.',
    approval_escalated:
      'Chi doveva decidere non l’ha fatto. {about, select, campaign {Leggila} other {Leggilo}} e decidi.',
    approval_delegated: 'Il tuo voto vale al posto del suo.',
    approval_settled:
      '{outcome, select, expired {Nessuno ha deciso in tempo.} voided {Ciò che dice o a chi arriva non è più ciò che era stato approvato. È di nuovo una bozza: guardala e inviala di nuovo.} other {Ha deciso {actor}.}} Ricevi questo messaggio perché hai scritto o inviato {about, select, campaign {la campagna} other {il post}}.',
    approval_overdue:
      'Nessuno ha deciso in tempo. {about, select, campaign {Se attende te, leggila e decidi; se è tua, puoi ritirarla.} other {Se attende te, leggilo e decidi; se è tuo, puoi ritirarlo.}}',
    mentioned: 'Rispondi sotto al post.',
    connection_degraded:
      'Non c’è nulla da fare: continuiamo a provare e ciò che attende uscirà quando {network} risponderà di nuovo. Se il problema persiste, verifica che la pagina esista ancora e che il suo amministratore ne abbia ancora i diritti.',
    connection_refresh_required:
      '{cause, select, permission_lost {{network} ha revocato un permesso. Ciò che richiede solo gli altri continua a funzionare. Premi «Aggiorna connessione» e lascia selezionati tutti i permessi.} other {Il consenso dato a {network} sta per scadere. Premi «Aggiorna connessione» prima che accada.}}',
    connection_expired:
      '{network} non accetta più l’accesso concesso. Nulla è perduto: ciò che deve uscire attende. Premi «Aggiorna connessione» e accedi a {network} con un profilo che ha diritti di amministratore sulla pagina.',
    connection_reminder:
      '{state, select, degraded {{network} ha ancora problemi. Continuiamo a provare; verifica che la pagina esista ancora e che il suo amministratore ne abbia ancora i diritti.} other {Premi «Aggiorna connessione» e accedi a {network} con un profilo che ha diritti di amministratore sulla pagina.}}',
    connection_repaired:
      'Non c’è nulla da fare. {passedSlots, select, now {Ciò che attendeva esce ora.} ask {Ciò che attendeva esce; se il suo momento è passato da più di un’ora, il post chiede a te.} drop {Ciò che attendeva esce; se il suo momento è passato, viene annullato.} other {Ciò che attendeva prosegue.}}',
    campaign_paused:
      '{reason, select, error_rate {Guarda gli errori nei risultati, poi riprendila o annullala.} quality {Guarda la qualità del modello e del numero su WhatsApp prima di riprenderla.} quota {Riprendila quando la quota mensile del tenant è stata alzata, o il mese prossimo.} cost_cap {Clonala con un tetto più alto per chi manca, oppure annullala.} connection {{problem, select, payment {WhatsApp chiede di sistemare il metodo di pagamento dell’account.} restricted {WhatsApp ha limitato l’account: il Business Manager dice perché.} number {WhatsApp non accetta messaggi dal numero: non è registrato, o il suo nome non è approvato.} other {Guarda la connessione del suo numero.}} Va avanti da sola appena il numero può di nuovo inviare, o quando la riprendi.} other {Riprendila quando il motivo è venuto meno.}} Chi non ha ancora ricevuto il messaggio aspetta; nessuno lo riceve due volte.',
    campaign_finished:
      'Non resta nessuno dei destinatari. Che ne è stato di ogni messaggio si legge nei risultati, che cambiano ancora con quello che le persone leggono e rispondono.',
  },
  untitled: 'un post senza testo',
  somebody: 'Un collega',
  greeting: 'Ciao {name},',
  plan: 'È previsto su {pages, plural, one {una pagina} other {# pagine}}, {slot}.',
  planWithoutSlot: 'È previsto su {pages, plural, one {una pagina} other {# pagine}}; nessuno ha ancora scelto quando.',
  deadline: 'Va deciso entro {deadline}.',
  daysLeft: '{days, plural, one {Resta un giorno} other {Restano # giorni}}.',
  hoursLeft: '{hours, plural, one {Resta un’ora} other {Restano # ore}}.',
  minutesLeft: '{minutes, plural, one {Resta un minuto} other {Restano # minuti}}.',
  overdue: 'Quel momento è passato.',
  postSays: 'Il post comincia così:',
  commentSays: '{actor} ha scritto:',
  open: 'Apri il post',
  openConnection: 'Apri la connessione',
  openCampaign: 'Apri la campagna',
  since: 'È così da {since}.',
  waiting: '{posts, plural, one {Un post lo attende} other {# post lo attendono}}.',
  footer: 'Inviato da Chorally per {tenant}. Nessuno legge le risposte a questo indirizzo.',
  remedies: {
    connect_again: 'È stata disconnessa. Connetti di nuovo la stessa pagina e torna con la sua storia.',
    consent_again: '{network} non accetta più il consenso. Aggiorna la connessione e dai di nuovo il consenso.',
    key_again: '{network} non accetta più la chiave. Aggiorna la connessione con una valida.',
    regain_role:
      'Chi ha dato l’accesso non ha più un ruolo sulla pagina. Restituisci il ruolo e aggiorna la connessione, oppure trasferiscila a un altro profilo amministratore.',
    grant_permissions:
      '{count, plural, =0 {Manca un permesso.} one {Manca il permesso {permissions}.} other {Mancano i permessi {permissions}.}} Aggiorna la connessione e lascia tutto selezionato nella pagina di {network}.',
    renew_consent:
      'Il consenso dato su {network} sta per scadere. Aggiorna la connessione prima che scada; fino ad allora tutto funziona.',
    check_admin_rights:
      '{network} risponde con un errore. Si riprova da soli; se continua, controlla che la pagina disponga ancora dei permessi amministrativi.',
    wait_for_limit: '{network} chiede una pausa. Non c’è nulla da fare: si riprende da soli.',
    wait: '{network} non è raggiungibile. Non c’è nulla da fare: si riprova da soli.',
  },
};
