import type {
  DeskTrouble,
  Submission,
  TemplateDesk,
  TemplateGone,
  TemplateRefused,
} from '../api/templates/template-desk.ts';
import { ChannelError } from '../channels/channel.ts';
import { saysGone } from '../channels/meta/errors.ts';
import type { TemplateAccess, TemplateApi } from '../channels/whatsapp/template-api.ts';
import type { TemplateCard, TemplateContent, TemplateHeader, TemplateMedia } from '../domain/template.ts';
import { wordsOf } from '../channels/provider-words.ts';
import { refusalOrTrouble } from './probe-page.ts';

const timeoutMs = 45_000;

/** Lets the API speak to WhatsApp about templates. */
export function templateDeskWith(api: TemplateApi): TemplateDesk {
  const call = () => ({ signal: AbortSignal.timeout(timeoutMs) });
  return {
    submit: (access, submission) =>
      said(async () => {
        const content = await withHandles(api, access, submission);
        return { kind: 'submitted', ...(await handIn(api, access, { ...submission, content })), content } as const;
      }),
    remove: async (access, template) => {
      const outcome = await said(async () => {
        await api.remove(access, template, call());
        return { kind: 'removed' } as const;
      });
      return outcome.kind === 'gone' ? { kind: 'removed' } : outcome;
    },
    unpause: (access, providerId) =>
      said(async () => {
        const reason = await api.unpause(access, providerId, call());
        if (reason === null) return { kind: 'unpaused' } as const;
        return { kind: 'refused', providerStatus: 200, providerCode: null, providerMessage: reason } as const;
      }),
    list: async (access) => {
      try {
        return { kind: 'listed', templates: await api.list(access, call()) };
      } catch (error) {
        // Here it is the account itself that is out of the token's sight.
        if (error instanceof ChannelError) return refusedOr(error);
        throw error;
      }
    },
  };
}

/** An edit where WhatsApp knows the template, else a new one. */
async function handIn(api: TemplateApi, access: TemplateAccess, submission: Submission) {
  const { providerId, name, language, category, categoryIsFixed, content } = submission;
  const call = () => ({ signal: AbortSignal.timeout(timeoutMs) });
  const edited = async (id: string) => {
    await api.edit(access, id, { category: categoryIsFixed ? null : category, content }, call());
    return { providerId: id, status: 'pending', category } as const;
  };
  if (providerId !== null) return edited(providerId);
  try {
    return await api.create(access, { name, language, category, content }, call());
  } catch (error) {
    if (!mayExist(error)) throw error;
    // Perhaps it was ours: an earlier submission whose answer was lost.
    const found = await api.find(access, { name, language }, call());
    if (found === null) throw error;
    const { status } = found;
    if (status !== 'pending') return edited(found.providerId);
    return { providerId: found.providerId, status, category: found.category };
  }
}

/** "Content in This Language Already Exists". */
const alreadyExists = '100/2388024';

function mayExist(error: unknown): error is ChannelError {
  return error instanceof ChannelError && (error.mayHaveActed || error.provider?.code === alreadyExists);
}

/** Uploads the samples that WhatsApp does not have yet. */
async function withHandles(api: TemplateApi, access: TemplateAccess, submission: Submission): Promise<TemplateContent> {
  const { header, cards, ...rest } = submission.content;
  const handled: TemplateCard[] = [];
  // One after the other: each may be as large as a film.
  for (const card of cards) handled.push({ ...card, header: await uploaded(card.header) });
  return { ...rest, header: isMedia(header) ? await uploaded(header) : header, cards: handled };

  async function uploaded(media: TemplateMedia): Promise<TemplateMedia> {
    if (media.handle !== null || media.mediaId === null) return media;
    const sample = await submission.sample(media.mediaId);
    if (sample === null) return media;
    const handle = await api.uploadSample(access, sample, { signal: AbortSignal.timeout(timeoutMs) });
    return { ...media, handle };
  }
}

function isMedia(header: TemplateHeader | null): header is TemplateMedia {
  return header !== null && header.kind !== 'text' && header.kind !== 'location';
}

async function said<Outcome>(
  ask: () => Promise<Outcome>,
): Promise<Outcome | TemplateRefused | TemplateGone | DeskTrouble> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    // Of a template, not of the account: the grant goes on.
    if (saysGone(error)) return { kind: 'gone' };
    return refusedOr(error);
  }
}

function refusedOr(error: ChannelError): TemplateRefused | DeskTrouble {
  return error.class === 'content_refused' ? { kind: 'refused', ...wordsOf(error) } : refusalOrTrouble(error);
}
