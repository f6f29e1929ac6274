import { Router } from 'express';
import { refuseCommon } from '../common-problems.ts';
import type { ProblemKinds } from '../problem.ts';

/** `/problems/{slug}`: what the `type` of every problem points to. */
export function problemPages(catalogue: ProblemKinds): Router {
  const router = Router();
  const pages = new Map(Object.entries(catalogue).map(([code, kind]) => [code.replaceAll('_', '-'), kind]));
  router.get('/problems', (_request, response) => {
    const items = [...pages].map(
      ([slug, { title, status }]) => `<li><a href="/problems/${slug}">${escape(title)}</a> (${status})</li>`,
    );
    response.type('html').send(html('Problems', `<ul>${items.join('\n')}</ul>`));
  });
  router.get('/problems/:slug', (request, response) => {
    const kind = pages.get(request.params.slug);
    if (kind === undefined) throw refuseCommon('not_found');
    response
      .type('html')
      .send(html(kind.title, `<p><code>${kind.status}</code></p><p>${escape(kind.description)}</p>`));
  });
  return router;
}

function html(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8" /><title>${escape(title)} · Chorally API</title></head>
<body><h1>${escape(title)}</h1>
${body}
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
