import type { TenantApi } from './tenant-api.ts';

export function fileForm(content: string | Uint8Array<ArrayBuffer>, name: string): FormData {
  const form = new FormData();
  form.append('file', new File([content], name));
  return form;
}

/** The addresses that the API gives out name its public host; a test's own API listens elsewhere. */
export function hereOf({ api }: Pick<TenantApi, 'api'>, url: string): string {
  const { pathname, search } = new URL(url);
  return `${api.url}${pathname}${search}`;
}

export async function fetchSigned(tenantApi: Pick<TenantApi, 'api'>, url: string) {
  const response = await fetch(hereOf(tenantApi, url));
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
