import { expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { seededRandom } from '../support/random.ts';
import { bump, digest } from './bump.ts';

const image = 'registry.example.com/team/api';

const noise = [
  'a: 0123',
  'b: "é \\u00e9"',
  "c: 'it''s'",
  'd: [1, 2, {x: y}]',
  'e: |\n  tag: 1.0.0\n  image: x:1',
  'f: 1e3 # note',
  '# tag: 1.0.0',
  'g: ~',
  'h: !!str 12',
  'i: 12345678901234567890',
  'j:\n  - k: { }\n  -   l',
  '"m n": yes',
];

/** One YAML file with images in random shapes, `«…»` around every tag that is ours. */
function generate(seed: number): string {
  const next = seededRandom(seed);
  const pick = (below: number) => Math.floor(next() * below);
  const quote = () => ['', '"', "'"][pick(3)] as string;
  const pin = () => (pick(3) === 0 ? `@sha256:${'0'.repeat(64)}` : '');
  const version = () => `${pick(3)}.${pick(20)}.${pick(9)}${pick(4) === 0 ? '-rc.1' : ''}`;
  const marked = (before: string, after = '') => {
    const q = quote();
    return `${q}${before}«${version()}${pin()}»${after}${q}`;
  };
  const shapes: ((at: number) => string)[] = [
    (at) => `k${at}:\n  image:\n    repository: ${image}\n    tag: ${marked('')}`,
    (at) => `k${at}:\n  image:\n    tag: ${marked('')} # c\n    pullPolicy: x\n    repository: "${image}"`,
    (at) => `k${at}: { repository: ${image}, tag: ${marked('')} }`,
    (at) => `k${at}:\n- name: x\n  image: ${marked(`${image}:`)}`,
    (at) => `k${at}:\n  image: redis:1.0.0\n  tagged: { image: other/api:${version()} }`,
    (at) => `k${at}:\n  helm:\n    values: |\n      # v\n      image: ${marked(`${image}:`)}\n      x: 1`,
    (at) => `k${at}:\n  images:\n  - newName: ${image}\n    name: p\n    newTag: ${marked('')}`,
  ];
  const blocks = Array.from({ length: 3 + pick(6) }, (_, at) => {
    const around = noise[pick(noise.length)] as string;
    const shape = (shapes[pick(shapes.length)] as (at: number) => string)(at);
    return `${around.replace(/^(\w+|"m n"):/, `$1${at}:`)}\n${shape}\n`;
  });
  const text = blocks.map((block, at) => (at > 0 && pick(5) === 0 ? `---\n${block}` : block)).join('');
  const lines = pick(3) === 0 ? text.replaceAll('\n', '\r\n') : text;
  const end = pick(3) === 0 ? lines.trimEnd() : lines;
  return (
    (pick(4) === 0 ? '\uFEFF' : '') +
    end.replace(/^("m n)":?(\d+):/gm, '$1$2":').replace(/"m n"(\d+):/g, '"m n$1":')
  );
}

const tags = ['9.9.9', '1.10', '0o17', 'yes', '2030-01-02', '553640e6', 'v2'];

/** Bumps the file of one seed: every tag of ours changes, and not one other byte. */
export function checkGenerated(seed: number): void {
  const shape = generate(seed);
  const text = shape.replace(/«([^»]*)»/g, '$1');
  expect(
    parseAllDocuments(text).flatMap(({ errors }) => errors),
    `seed ${seed}`,
  ).toEqual([]);
  const to = tags[seed % tags.length] as string;
  const unquoted = (value: string) => value.replace(/(^|[\s{,])"([^"\s]+)"(?=$|[\s},])/gm, '$1$2');
  const expected = shape.replace(/«([^»]*)»/g, (_, was: string) =>
    was.includes('@') ? `${to}@${digest}` : to,
  );
  const result = bump(text, to);
  expect(unquoted(result), `seed ${seed}`).toBe(unquoted(expected));
  const [before, after] = [text.split('\n'), result.split('\n')];
  const changed = before.filter((line, at) => line !== after[at]).length;
  expect(changed, `seed ${seed}`).toBe((shape.match(/«/g) ?? []).length);
}
