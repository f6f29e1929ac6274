import { invalidParameter } from './errors.ts';

/** What `fields=a,b{c}` asks for: the names, each with what is asked of it in turn. */
export type Fields = ReadonlyMap<string, Fields | null>;

/** Parses a `fields` parameter; modifiers such as `.limit(3)` are read over. */
export function parseFields(text: string): Fields {
  const [fields, rest] = parseList(text.replaceAll(/\s/g, ''));
  if (rest !== '')
    throw invalidParameter(`(#2500) Syntax error "Unexpected end of string." at character ${text.length}`);
  return fields;
}

function parseList(text: string): [Fields, string] {
  const fields = new Map<string, Fields | null>();
  let rest = text;
  while (rest !== '' && !rest.startsWith('}')) {
    const name = /^[\w]+/.exec(rest)?.[0];
    if (name === undefined) break;
    rest = rest.slice(name.length).replace(/^(\.\w+\([^)]*\))+/, '');
    if (rest.startsWith('{')) {
      const [inner, after] = parseList(rest.slice(1));
      fields.set(name, inner);
      rest = after.startsWith('}') ? after.slice(1) : '!';
    } else {
      fields.set(name, null);
    }
    if (!rest.startsWith(',')) break;
    rest = rest.slice(1);
  }
  return [fields, rest];
}

/** A node of the graph with all that it can tell; a field that has nothing to tell now is `null`. */
export type Node = { readonly id: string } & Readonly<Record<string, unknown>>;

/** The fields of `node` that were asked for, or `otherwise` if none were. Its id is always told. */
export function select(node: Node, type: string, asked: Fields | null, otherwise: readonly string[]): object {
  const fields = asked ?? new Map(otherwise.map((name) => [name, null]));
  for (const name of fields.keys()) {
    if (!(name in node))
      throw invalidParameter(`(#100) Tried accessing nonexisting field (${name}) on node type (${type})`);
  }
  const told = [...fields].map(([name, inner]) => [name, narrow(node[name], inner)] as const);
  return Object.fromEntries([...told.filter(([, value]) => value !== null), ['id', node.id]]);
}

function narrow(value: unknown, fields: Fields | null): unknown {
  if (fields === null || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => narrow(item, fields));
  // An edge inside a node: `attachments{target}` asks each of its items.
  if ('data' in value && Array.isArray(value.data)) return { data: narrow(value.data, fields) };
  const entries = Object.entries(value).filter(([name]) => fields.has(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, narrow(inner, fields.get(name) ?? null)]));
}
