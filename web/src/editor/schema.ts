// What the workflow's JSON Schema says of a place in the text. Pure.

export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  enum?: (string | number | boolean | null)[];
  anyOf?: Schema[];
  allOf?: Schema[];
  required?: string[];
  $ref?: string;
  definitions?: Record<string, Schema>;
}

export interface Choice {
  label: string;
  info: string;
  /** What is written for it. */
  apply: string;
  required: boolean;
}

/** Every form that `schema` may take, without references and alternatives. */
function formsOf(root: Schema, schema: Schema, depth = 0): Schema[] {
  if (depth > 8) return [];
  const name = schema.$ref?.replace('#/definitions/', '');
  const target = name === undefined ? undefined : root.definitions?.[name];
  const others = [...(target ? [target] : []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...others.flatMap((other) => formsOf(root, other, depth + 1))];
}

function childrenOf(form: Schema, part: string): Schema[] {
  if (part === '[]') return form.items ? [form.items] : [];
  const named = form.properties?.[part];
  if (named) return [named];
  return typeof form.additionalProperties === 'object' ? [form.additionalProperties] : [];
}

/** The forms of what stands at `path`. */
export function schemasAt(root: Schema, path: string[]): Schema[] {
  let here = formsOf(root, root);
  for (const part of path) {
    here = here.flatMap((form) => childrenOf(form, part)).flatMap((child) => formsOf(root, child));
  }
  return here;
}

function describe(root: Schema, schema: Schema): string {
  return formsOf(root, schema).find((form) => form.description)?.description ?? '';
}

function takesOnly(root: Schema, schema: Schema, type: 'object' | 'array'): boolean {
  const types = formsOf(root, schema).flatMap((form) => form.type ?? (form.enum ? ['string'] : []));
  return types.length > 0 && types.every((each) => each === type || each === 'null');
}

/** Keys that may stand in the map at `path`, those that must first. */
export function keysAt(root: Schema, path: string[], present: string[]): Choice[] {
  const found = new Map<string, Choice>();
  for (const form of schemasAt(root, path)) {
    for (const [label, schema] of Object.entries(form.properties ?? {})) {
      if (present.includes(label) || found.has(label)) continue;
      const block = takesOnly(root, schema, 'object') || takesOnly(root, schema, 'array');
      const required = form.required?.includes(label) ?? false;
      found.set(label, { label, info: describe(root, schema), apply: block ? `${label}:` : `${label}: `, required });
    }
  }
  return [...found.values()];
}

/** Words that may be the value at `path`, also as an item of a list there. */
export function valuesAt(root: Schema, path: string[]): Choice[] {
  const forms = [...schemasAt(root, path), ...schemasAt(root, [...path, '[]'])];
  const words = forms.flatMap((form) => form.enum ?? []).map(String);
  // `on: push` names a key of the map that could stand here.
  const keys = forms.some((form) => form.type === 'array') ? forms.flatMap((form) => Object.entries(form.properties ?? {})) : [];
  const info = new Map(keys.map(([key, schema]) => [key, describe(root, schema)]));
  return [...new Set([...words, ...info.keys()])].map((label) => ({ label, info: info.get(label) ?? '', apply: label, required: false }));
}

export interface Explained {
  description: string;
  /** "text, list or map", "one of a, b, c". */
  takes: string;
}

const TYPES: Record<string, string> = { object: 'map', array: 'list', string: 'text', number: 'number', integer: 'number', boolean: 'true or false', null: 'nothing' };

export function explain(root: Schema, path: string[]): Explained | null {
  const forms = schemasAt(root, path);
  const description = forms.find((form) => form.description)?.description;
  if (!description) return null;
  const words = [...new Set(forms.flatMap((form) => form.enum ?? []).map(String))];
  const types = [...new Set(forms.flatMap((form) => form.type ?? []).map((type) => TYPES[type] ?? type))];
  const takes = words.length > 0 ? `one of ${words.slice(0, 12).join(', ')}${words.length > 12 ? ', …' : ''}` : types.join(', ');
  return { description, takes };
}
