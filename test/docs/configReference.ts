import { configSchema } from '../../src/config/schema.ts';

interface LooseSchema {
  type: string;
  wrapped?: LooseSchema;
  pipe?: (LooseSchema & { description?: string })[];
  options?: (LooseSchema | string)[];
  entries?: Record<string, LooseSchema>;
  value?: LooseSchema;
  item?: LooseSchema;
}

/** docs/configuration.md, from the schema: one table per map, every key with its type and meaning. */
export function configReference(): string {
  const sections: string[] = [];
  addSection([], configSchema as unknown as LooseSchema, sections);
  return `# Configuration

Generated from \`src/config/schema.ts\` (\`npm run docs\`): do not edit by hand.

No configuration is a valid configuration. \`shipyarn.yaml\` in the root of the monorepo, or \`package.json#shipyarn\`,
says only what differs from the conventions below. It is read from the commit that is looked at, like everything else.

${sections.join('\n')}`;
}

function addSection(path: readonly string[], map: LooseSchema, sections: string[]): void {
  const index = sections.push('') - 1;
  const rows = Object.entries(map.entries ?? {}).map(([key, field]) => {
    const schema = unwrap(field);
    for (const [suffix, nested] of nestedMaps(schema)) {
      addSection([...path, `${key}${suffix}`], nested, sections);
    }
    return `| \`${key}\` | ${typeName(schema)} | ${descriptionOf(field)} |`;
  });
  const title = path.length === 0 ? 'shipyarn.yaml' : path.join('.');
  sections[index] = `## \`${title}\`\n\n| key | type | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function unwrap(schema: LooseSchema): LooseSchema {
  if (schema.wrapped !== undefined) return unwrap(schema.wrapped);
  const [first] = schema.pipe ?? [];
  return first !== undefined && first !== schema && first.type !== schema.type ? unwrap(first) : schema;
}

function descriptionOf(schema: LooseSchema): string {
  const own = schema.pipe?.find((step) => step.type === 'description')?.description;
  return own ?? (schema.wrapped === undefined ? '' : descriptionOf(schema.wrapped));
}

function nestedMaps(schema: LooseSchema): [string, LooseSchema][] {
  if (schema.entries !== undefined) return [['', schema]];
  if (schema.type === 'record' && schema.value !== undefined) {
    return nestedMaps(unwrap(schema.value)).map(([suffix, nested]) => [`.<name>${suffix}`, nested]);
  }
  if (schema.type === 'array' && schema.item !== undefined) {
    return nestedMaps(unwrap(schema.item)).map(([suffix, nested]) => [`[]${suffix}`, nested]);
  }
  if (schema.type === 'union') {
    return (schema.options ?? []).flatMap((option) =>
      typeof option === 'string' ? [] : nestedMaps(unwrap(option)),
    );
  }
  return [];
}

function typeName(schema: LooseSchema): string {
  switch (schema.type) {
    case 'picklist':
      return (schema.options ?? []).map((option) => `\`${String(option)}\``).join(', ');
    case 'array':
      return `list of ${schema.item === undefined ? 'values' : typeName(unwrap(schema.item))}`;
    case 'record':
      return `map of ${schema.value === undefined ? 'values' : typeName(unwrap(schema.value))}`;
    case 'union':
      return (schema.options ?? [])
        .map((option) => (typeof option === 'string' ? option : typeName(unwrap(option))))
        .join(' or ');
    case 'strict_object':
      return 'map';
    default:
      return schema.type;
  }
}
