import type { SealKey } from '../../platform/sealing.ts';
import type { Storage } from '../../platform/storage.ts';
import type { Route } from '../define-route.ts';
import { deleteTemplate, unpauseTemplate } from './end-template.ts';
import { listTemplates, listVersions, readTemplate } from './list-templates.ts';
import { previewTemplate } from './preview-template.ts';
import { submitTemplate } from './submit-template.ts';
import { syncTemplates } from './sync-templates.ts';
import type { TemplateDesk } from './template-desk.ts';
import { createTemplate, editTemplate } from './write-template.ts';

export interface TemplateDependencies {
  readonly templates: TemplateDesk;
  readonly storage: Storage;
  readonly masterKeys: readonly SealKey[];
}

export function templateRoutes(dependencies: TemplateDependencies): readonly Route[] {
  return [
    listTemplates,
    createTemplate,
    previewTemplate,
    syncTemplates(dependencies),
    readTemplate,
    listVersions,
    editTemplate,
    submitTemplate(dependencies),
    unpauseTemplate(dependencies),
    deleteTemplate(dependencies),
  ];
}
