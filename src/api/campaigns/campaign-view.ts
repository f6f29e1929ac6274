import { z } from 'zod';
import { campaignStates, pauseReasons } from '../../domain/campaign.ts';
import { connectionStates } from '../../domain/connection.ts';
import type { ConnectionId, ContactGroupId, TemplateId } from '../../domain/ids.ts';
import { templateCategories, templateStatuses } from '../../domain/template.ts';
import { approvalView, person } from '../approvals/approval-schemas.ts';
import { id, instantView } from '../schemas.ts';
import { campaignId, quietHours, variables, zone } from './campaign-schemas.ts';

const violation = z
  .object({
    code: z.string().meta({ example: 'template_not_approved' }),
    detail: z.string(),
    variant: z.string().optional(),
    place: z.string().optional(),
    status: z.string().optional(),
    groupId: z.string().optional(),
    connectionId: z.string().optional(),
  })
  .meta({ id: 'CampaignViolation', description: 'Why a campaign cannot be sent as it stands, and what it is about.' });

export const violations = z.array(violation);

export const standing = {
  id: campaignId,
  name: z.string(),
  state: z.enum(campaignStates),
  pauseReason: z.enum(pauseReasons).nullable(),
  waitingUntil: instantView('Until when it waits for WhatsApp’s reach; null: it does not.').nullable(),
  version: z.int(),
  startsAtLocal: z.string().nullable().meta({ description: 'Wall-clock time of the start; null: at once.' }),
  zone,
  recipients: z.int().nullable().meta({ description: 'People of the frozen audience; null: it is not frozen.' }),
  createdBy: person,
  createdAt: instantView('When it was drafted.'),
  startedAt: instantView('When it began.').nullable(),
  finishedAt: instantView('When it finished or was cancelled.').nullable(),
};

export const listedCampaign = z.object(standing).meta({ id: 'ListedCampaign', description: 'A campaign in a list.' });

export const campaignView = z
  .object({
    ...standing,
    groups: z.array(z.object({ id: id<ContactGroupId>('The group.'), name: z.string(), archived: z.boolean() })),
    numbers: z.array(
      z.object({
        connectionId: id<ConnectionId>('The number.'),
        name: z.string(),
        state: z.enum(connectionStates),
        suspended: z.boolean(),
      }),
    ),
    variants: z.array(
      z.object({
        key: z.string(),
        share: z.int(),
        template: z.object({
          id: id<TemplateId>('The template.'),
          name: z.string(),
          language: z.string(),
          category: z.enum(templateCategories),
          status: z.enum(templateStatuses),
          version: z.int(),
        }),
        places: z.array(z.string()).meta({ description: 'What a message must fill.' }),
        variables,
      }),
    ),
    beginsAt: instantView('When the first recipient may be sent it; null: at once.').nullable(),
    quietHours: quietHours.nullable(),
    halted: z.boolean().meta({ description: 'A crisis stop holds it back: nothing is sent before the release.' }),
    ratePerS: z.int().nullable(),
    costCap: z.string().nullable(),
    currency: z.string(),
    contentHash: z.string().meta({
      description:
        'Of what is sent to whom, from where, when and for how much at most: votes are bound to it. Once it has begun, that of what was approved.',
    }),
    cloneOf: campaignId.nullable(),
    resendOf: campaignId.nullable(),
    frozenAt: instantView('When the audience was taken down.').nullable(),
    submittedBy: person.nullable(),
    approval: approvalView.nullable().meta({ description: 'The open approval, or else the last one.' }),
    violations: violations.meta({ description: 'What stands in the way of sending; empty once it has begun.' }),
  })
  .meta({ id: 'Campaign', description: 'A planned send of WhatsApp templates to a frozen audience.' });
