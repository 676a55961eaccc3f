import type { FoundSite, WantedImage } from './findTagSites.ts';
import { parseImageReference } from './imageReference.ts';
import type { TagSite } from './tagSite.ts';
import { everyTree, type ScalarPlace, type YamlScalar, type YamlTree } from './yamlTree.ts';

/** `# shipyarn: api` behind a value, or on the line above it: that value is the tag of this service. */
export interface Marker {
  service: string;
  /** Of the value, from 1. */
  line: number;
}

const comment = /(?:^|\s)#\s*shipyarn:\s*(\S+)\s*$/;

/** The marker comments of a file, whose ever they are. */
export function markersIn(text: string): Marker[] {
  if (!text.includes('shipyarn:')) return [];
  return text.split('\n').flatMap((line, index) => {
    const found = comment.exec(line);
    if (found === null) return [];
    const alone = line.slice(0, found.index).trim() === '';
    return [{ service: found[1] as string, line: index + (alone ? 2 : 1) }];
  });
}

/** The values that markers give to the wanted services; a file with `{{ }}` is taken line by line. */
export function findMarkedSites(
  text: string,
  markers: readonly Marker[],
  trees: readonly YamlTree[],
  wanted: readonly WantedImage[],
): FoundSite[] {
  return markers.flatMap((marker) => {
    const owner = wanted.find(({ service }) => isNamed(service, marker.service));
    if (owner === undefined) return [];
    const scalar = trees.length === 0 ? lineScalar(text, marker.line) : scalarAt(trees, marker.line);
    return scalar === null ? [] : [{ service: owner.service, site: siteOf(scalar) }];
  });
}

/** A service goes by its full name or the one without the scope. */
export function isNamed(service: string, name: string): boolean {
  return service === name || service.slice(service.lastIndexOf('/') + 1) === name;
}

function siteOf(scalar: YamlScalar): TagSite {
  const named = /[/:]/.test(scalar.text.split('@')[0] ?? '') ? parseImageReference(scalar.text) : null;
  return {
    role: named === null ? 'tag' : 'reference',
    images: named === null ? [] : [named.repository],
    scalar,
    found: 'marker comment',
  };
}

function scalarAt(trees: readonly YamlTree[], line: number): YamlScalar | null {
  let last: YamlScalar | null = null;
  for (const tree of trees) {
    for (const found of everyTree(tree)) {
      if (found.kind === 'scalar' && found.place.line === line && found.ownPlace && !found.embedded)
        last = found;
    }
  }
  return last;
}

const lineShape = /^(\s*(?:- )?(?:[\w."'/-]+\s*:\s+)?)("[^"]*"|'[^']*'|[^\s#'"]+)\s*(?:#.*)?$/;

/** The value of one line of a file that is no YAML before it is rendered. */
function lineScalar(text: string, line: number): YamlScalar | null {
  const lines = text.split('\n');
  const source = lines[line - 1]?.replace(/\r$/, '');
  const found = source === undefined ? null : lineShape.exec(source);
  if (!found || found[2]?.includes('{{')) return null;
  const [, before = '', written = ''] = found;
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + before.length;
  const style: ScalarPlace['style'] = written.startsWith('"')
    ? 'double'
    : written.startsWith("'")
      ? 'single'
      : 'plain';
  const value = style === 'plain' ? written : written.slice(1, -1);
  const place = { start, end: start + written.length, style, line };
  return { kind: 'scalar', path: [0, `line ${line}`], text: value, value, place, ownPlace: true };
}
