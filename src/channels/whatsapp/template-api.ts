import { z } from 'zod';
import type { TemplateCategory, TemplateContent, TemplateStatus } from '../../domain/template.ts';
import {
  type NetworkTemplate,
  templateCategoryOf,
  templateQualityOf,
  templateStatusOf,
} from '../../domain/template-news.ts';
import { type CallOptions, ChannelError } from '../channel.ts';
import { appCredentials } from '../oauth.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, graphApi, type MetaDependencies } from '../meta/graph.ts';
import { cloudComponents, templateContent } from './template-json.ts';

/** Whose templates, and the token that may manage them. */
export interface TemplateAccess {
  readonly wabaId: string;
  readonly accessToken: string;
}

export interface TemplateWish {
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly content: TemplateContent;
}

export interface TemplateSample {
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** WhatsApp's templates. Every method throws `ChannelError` where the network refuses or cannot be reached. */
export interface TemplateApi {
  /** Hands a new template in. Never repeated: a template whose answer was lost is found by `find`. */
  create(access: TemplateAccess, wish: TemplateWish, call?: CallOptions): Promise<SubmittedTemplate>;
  /** Hands an edit in, which WhatsApp reviews anew. A category that stays must not be sent for an approved template. */
  edit(
    access: TemplateAccess,
    providerId: string,
    wish: { readonly category: TemplateCategory | null; readonly content: TemplateContent },
    call?: CallOptions,
  ): Promise<void>;
  /** Every template of the account. */
  list(access: TemplateAccess, call?: CallOptions): Promise<readonly NetworkTemplate[]>;
  /** The template of a name in a language; `null` if there is none. */
  find(
    access: TemplateAccess,
    template: Pick<TemplateWish, 'name' | 'language'>,
    call?: CallOptions,
  ): Promise<NetworkTemplate | null>;
  /** One template; `null` if it is gone. */
  read(access: TemplateAccess, providerId: string, call?: CallOptions): Promise<NetworkTemplate | null>;
  /** Deletes one language of a template; deleting what is gone is success. */
  remove(
    access: TemplateAccess,
    template: { readonly providerId: string; readonly name: string },
    call?: CallOptions,
  ): Promise<void>;
  /** Ends a pause that WhatsApp made for pacing; why not, in its own words, if it does not. */
  unpause(access: TemplateAccess, providerId: string, call?: CallOptions): Promise<string | null>;
  /** Hands a sample over and returns the handle that stands for it. */
  uploadSample(access: TemplateAccess, sample: TemplateSample, call?: CallOptions): Promise<string>;
}

export interface SubmittedTemplate {
  readonly providerId: string;
  readonly status: TemplateStatus;
  /** WhatsApp may put it into another category than was asked for. */
  readonly category: TemplateCategory;
}

/** The Cloud API's template calls, for the business tokens of Embedded Signup. */
export function templateApi(dependencies: MetaDependencies): TemplateApi {
  const graph = graphApi('whatsapp', dependencies);
  return {
    create: (access, wish, options) => create(graph, access, wish, options),
    edit: (access, providerId, wish, options) => edit(graph, access, { providerId, ...wish }, options),
    list: (access, options) => list(graph, access, {}, options),
    find: async (access, { name, language }, options) => {
      const found = await list(graph, access, { name }, options);
      // The filter also finds names that only begin like it.
      return found.find((each) => each.name === name && each.language === language) ?? null;
    },
    read: (access, providerId, options) => read(graph, access, providerId, options),
    remove: (access, template, options) => remove(graph, access, template, options),
    unpause: (access, providerId, options) => unpause(graph, access, providerId, options),
    uploadSample: (access, sample, options) => uploadSample({ graph, ...dependencies }, access, sample, options),
  };
}

const createAnswer = z.object({ id: z.string().min(1), status: z.string(), category: z.string() });
const success = z.object({ success: z.literal(true) });

async function create(
  graph: Graph,
  { wabaId, accessToken }: TemplateAccess,
  { name, language, category, content }: TemplateWish,
  options: CallOptions = {},
): Promise<SubmittedTemplate> {
  const answer = await graph.call({
    method: 'POST',
    path: `/${wabaId}/message_templates`,
    json: {
      name,
      language,
      category: category.toUpperCase(),
      parameter_format: content.parameterFormat.toUpperCase(),
      components: cloudComponents(content),
    },
    accessToken,
    repeat: 'never',
    signal: options.signal,
    answer: createAnswer,
  });
  return {
    providerId: answer.id,
    status: templateStatusOf(answer.status) ?? 'pending',
    category: templateCategoryOf(answer.category) ?? category,
  };
}

async function edit(
  graph: Graph,
  { accessToken }: TemplateAccess,
  wish: { providerId: string; category: TemplateCategory | null; content: TemplateContent },
  options: CallOptions = {},
): Promise<void> {
  const { providerId, category, content } = wish;
  await graph.call({
    method: 'POST',
    path: `/${providerId}`,
    json: {
      ...(category === null ? {} : { category: category.toUpperCase() }),
      parameter_format: content.parameterFormat.toUpperCase(),
      components: cloudComponents(content),
    },
    accessToken,
    // Each edit counts: once in a day.
    repeat: 'never',
    signal: options.signal,
    answer: success,
  });
}

const fields = 'id,name,language,status,category,rejected_reason,quality_score,parameter_format,components';

const template = z
  .object({
    id: z.string(),
    name: z.string(),
    language: z.string(),
    status: z.string(),
    category: z.string(),
    rejected_reason: z.string().nullish(),
    quality_score: z.object({ score: z.string().nullish() }).nullish(),
    parameter_format: z.string().nullish(),
    components: z.unknown(),
  })
  .transform((read): NetworkTemplate | null => {
    const [status, category] = [templateStatusOf(read.status), templateCategoryOf(read.category)];
    if (status === null || category === null) return null;
    const reason = read.rejected_reason ?? 'NONE';
    return {
      providerId: read.id,
      name: read.name,
      language: read.language,
      category,
      status,
      rejection: reason === 'NONE' ? null : reason,
      quality: templateQualityOf(read.quality_score?.score ?? ''),
      content: templateContent(read.parameter_format === 'NAMED' ? 'named' : 'positional', read.components),
    };
  });

const pageSize = '100';
/** An account has 6,000 templates at most. */
const maxPages = 60;

async function list(
  graph: Graph,
  { wabaId, accessToken }: TemplateAccess,
  filter: Readonly<Record<string, string>>,
  options: CallOptions = {},
): Promise<readonly NetworkTemplate[]> {
  const found = await graph.list({
    path: `/${wabaId}/message_templates`,
    query: { fields, limit: pageSize, ...filter },
    accessToken,
    signal: options.signal,
    item: template,
    maxPages,
  });
  return found.filter((each) => each !== null);
}

async function read(
  graph: Graph,
  { accessToken }: TemplateAccess,
  providerId: string,
  options: CallOptions = {},
): Promise<NetworkTemplate | null> {
  try {
    return await graph.call({
      method: 'GET',
      path: `/${providerId}`,
      query: { fields },
      accessToken,
      repeat: 'harmless',
      signal: options.signal,
      answer: template,
    });
  } catch (error) {
    if (saysGone(error)) return null;
    throw error;
  }
}

async function remove(
  graph: Graph,
  access: TemplateAccess,
  { providerId, name }: { providerId: string; name: string },
  options: CallOptions = {},
): Promise<void> {
  try {
    await graph.call({
      method: 'DELETE',
      path: `/${access.wabaId}/message_templates`,
      query: { name, hsm_id: providerId },
      accessToken: access.accessToken,
      repeat: 'harmless',
      signal: options.signal,
      answer: success,
    });
  } catch (error) {
    // How WhatsApp says that there is nothing to delete is documented nowhere.
    const refused = error instanceof ChannelError && error.class === 'content_refused';
    if (!refused || (await read(graph, access, providerId, options)) !== null) throw error;
  }
}

const unpauseAnswer = z.object({ success: z.boolean(), reason: z.string().nullish() });

async function unpause(
  graph: Graph,
  { accessToken }: TemplateAccess,
  providerId: string,
  options: CallOptions = {},
): Promise<string | null> {
  const answer = await graph.call({
    method: 'POST',
    path: `/${providerId}/unpause`,
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: unpauseAnswer,
  });
  return answer.success ? null : (answer.reason ?? 'WhatsApp gave no reason.');
}

async function uploadSample(
  { graph, app }: { graph: Graph } & Pick<MetaDependencies, 'app'>,
  { accessToken }: TemplateAccess,
  { fileName, mimeType, bytes }: TemplateSample,
  options: CallOptions = {},
): Promise<string> {
  // A session that is never filled, and a file that no template names, are seen by nobody.
  const common = { accessToken, repeat: 'harmless', signal: options.signal } as const;
  const { id } = await graph.call({
    ...common,
    method: 'POST',
    path: `/${appCredentials('whatsapp', app).client_id}/uploads`,
    query: { file_name: fileName, file_length: String(bytes.length), file_type: mimeType },
    answer: z.object({ id: z.string().regex(/^upload:/) }),
  });
  const { h } = await graph.uploadBytes({
    ...common,
    path: `/${id}`,
    headers: { file_offset: '0' },
    bytes,
    mimeType,
    answer: z.object({ h: z.string().min(1) }),
  });
  return h;
}
