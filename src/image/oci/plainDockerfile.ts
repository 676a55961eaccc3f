import { posix } from 'node:path';
import { inputFailure } from '../../errors.ts';
import { expand, type Instruction, instructions } from '../../workspace/contents/copySources.ts';
import type { ContextContents } from '../../workspace/contextContents.ts';
import type { ImageConfig } from '../imageFormat.ts';
import { applyInstruction } from './applyInstruction.ts';
import { pairsOf } from './pairsOf.ts';

type RuntimeConfig = NonNullable<ImageConfig['config']>;

/** A COPY from the context, after variables. */
export interface Copy {
  /** From the root of the context; may hold `*`, `?` and `[…]`. */
  sources: string[];
  /** As written, against the working folder: `/app/dist/`. */
  target: string;
  /** User and group by number; 0 is root. */
  owner: number;
  line: number;
}

/** A Dockerfile of which nothing has to be run: one stage of files and settings. */
export interface PlainDockerfile {
  base: string;
  copies: readonly Copy[];
  /** The base's settings with those of the Dockerfile over them. */
  configure(base: RuntimeConfig): RuntimeConfig;
}

/** What this builder carries out; each of the others would have to run something, or fetch it. */
const SETTINGS = new Set([
  'ARG',
  'ENV',
  'LABEL',
  'WORKDIR',
  'USER',
  'EXPOSE',
  'VOLUME',
  'STOPSIGNAL',
  'CMD',
  'ENTRYPOINT',
]);

/**
 * Reads a Dockerfile of the repo's own. Rejects, with the line, what cannot be carried out without an engine.
 * Source: docs.docker.com/reference/dockerfile.
 */
export function plainDockerfile(contents: ContextContents): PlainDockerfile {
  const all = instructions(contents.dockerfile.text);
  checkInstructions(contents, all);
  const reading: Reading = {
    contents,
    variables: new Map(Object.entries(contents.buildArguments)),
    base: '',
    folder: '/',
    copies: [],
    settings: [],
  };
  // Variables are those in force where an instruction stands: they are taken in in the order of the file.
  for (const instruction of all) take(reading, instruction);
  const { base, copies, settings } = reading;
  return {
    base,
    copies,
    configure: (config) =>
      settings.reduce((configured, { name, text }) => applyInstruction(configured, name, text), config),
  };
}

interface Reading {
  contents: ContextContents;
  variables: Map<string, string>;
  base: string;
  /** The working folder so far. */
  folder: string;
  copies: Copy[];
  settings: { name: string; text: string }[];
}

function checkInstructions(contents: ContextContents, all: readonly Instruction[]): void {
  const impossible = all.find(
    ({ words: [name = ''] }) => name !== 'FROM' && name !== 'COPY' && !SETTINGS.has(name),
  );
  if (impossible !== undefined) throw refused(contents, impossible, impossible.words[0] ?? '');
  const [from, second] = all.filter(({ words }) => words[0] === 'FROM');
  if (from === undefined) throw refused(contents, undefined, 'a Dockerfile without FROM');
  if (second !== undefined) throw refused(contents, second, 'a second FROM');
}

function take(reading: Reading, instruction: Instruction): void {
  const { text } = instruction;
  const [name = '', ...words] = instruction.words;
  const value = (word: string) => expanded(reading, instruction, word);
  switch (name) {
    case 'FROM':
      reading.base = value(words.find((word) => !word.startsWith('--')) ?? '');
      return;
    case 'COPY':
      reading.copies.push(copyOf(reading, instruction, value));
      return;
    case 'ARG':
      takeArgument(instruction, reading.variables);
      return;
    case 'WORKDIR':
      reading.folder = absolute(reading.folder, value(text));
      reading.settings.push({ name, text: reading.folder });
      return;
    case 'CMD':
    case 'ENTRYPOINT':
      // Their variables are the container's.
      reading.settings.push({ name, text });
      return;
    default:
      if (name === 'ENV') for (const [key, set] of pairsOf(value(text))) reading.variables.set(key, set);
      reading.settings.push({ name, text: value(text) });
  }
}

function expanded({ contents, variables }: Reading, instruction: Instruction, word: string): string {
  const value = expand(word, variables);
  if (value !== null) return value;
  throw refused(contents, instruction, `\`${word}\`, whose variable has no value here`);
}

function takeArgument({ text }: Instruction, variables: Map<string, string>): void {
  const [, name = '', fallback] = /^(\w+)(?:=(.*))?$/.exec(text.trim()) ?? [];
  if (!variables.has(name) && fallback !== undefined)
    variables.set(name, fallback.replace(/^["']|["']$/g, ''));
}

function copyOf(
  { contents, folder }: Reading,
  instruction: Instruction,
  value: (word: string) => string,
): Copy {
  const [, ...words] = instruction.words;
  const flags = words.filter((word) => word.startsWith('--')).map(value);
  const owners = flags.map((flag) => {
    const [, user, group = user] = /^--chown=(\d+)(?::(\d+))?$/.exec(flag) ?? [];
    if (user === undefined || user !== group) throw refused(contents, instruction, `COPY with ${flag}`);
    return Number(user);
  });
  const operands = words.filter((word) => !word.startsWith('--')).map(value);
  const target = operands.at(-1) ?? '';
  const sources = operands.slice(0, -1).map(fromRoot);
  if (sources.length === 0 || sources.some((source) => source.startsWith('<<'))) {
    throw refused(contents, instruction, 'COPY of a here-document');
  }
  const slash = target.endsWith('/') || target === '.' || sources.length > 1 ? '/' : '';
  return { sources, target: absolute(folder, target) + slash, owner: owners[0] ?? 0, line: instruction.line };
}

function fromRoot(source: string): string {
  return source.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
}

function absolute(folder: string, path: string): string {
  return posix.resolve(folder, path);
}

function refused(
  { dockerfile, service }: ContextContents,
  instruction: Instruction | undefined,
  what: string,
) {
  const file = dockerfile.origin ?? dockerfile.path;
  return inputFailure({
    reason: 'dockerfile-needs-engine',
    message: `${service.name} is built with ${file}, and the builder \`oci\` cannot carry out ${what}: it assembles images without running anything in them.`,
    hint: 'Build it with `builder: engine` or `buildx`; or remove that file and let shipyarn make the image.',
    at: { file, ...(instruction === undefined ? {} : { line: instruction.line }) },
  });
}
