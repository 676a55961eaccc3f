/** An instruction of a Dockerfile; `line` from 1, its first. */
interface Instruction {
  line: number;
  keyword: string;
  /** Stage that it belongs to; null before the first FROM. */
  stage: { name: string; index: number } | null;
  /** Its number in the stage, counted as BuildKit shows it; null where BuildKit shows none. */
  step: number | null;
  /** Of a FROM that names an image. */
  image: string | null;
}

/**
 * The line of the Dockerfile that a step of a build stands for, or null where that cannot be told.
 * `step` is BuildKit's name of it: `[build 3/5] RUN yarn install`, `[linux/arm64 stage-1 2/2] COPY . .`.
 * Source of the numbers: moby/buildkit `frontend/dockerfile/dockerfile2llb/convert.go` (commandTotal).
 */
export function dockerfileLine(dockerfile: string, step: string): number | null {
  const pulled = /load metadata for (?:docker\.io\/(?:library\/)?)?(\S+)/.exec(step)?.[1];
  const instructions = readInstructions(dockerfile);
  if (pulled)
    return instructions.find(({ image }) => image !== null && isSameImage(image, pulled))?.line ?? null;
  const shown = /^\[(?:\S+\/\S+ )?(?:([^\s\]/]+) )?(\d+)\/\d+\] (\w+)/.exec(step);
  if (!shown) return null;
  const [, stageName, number, keyword] = shown;
  const found = instructions.find(
    (instruction) =>
      instruction.step === Number(number) &&
      instruction.keyword === keyword?.toUpperCase() &&
      (stageName === undefined ||
        instruction.stage?.name === stageName.toLowerCase() ||
        `stage-${instruction.stage?.index}` === stageName),
  );
  return found?.line ?? null;
}

/** BuildKit shows references in full: `docker.io/library/node:latest`. */
function isSameImage(written: string, shown: string): boolean {
  const short = written.replace(/^docker\.io\/(?:library\/)?/, '');
  return short === shown || `${short}:latest` === shown;
}

const counted = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);

function readInstructions(dockerfile: string): Instruction[] {
  const instructions: Instruction[] = [];
  const names = new Set<string>();
  let stage = null as Instruction['stage'];
  let count = 0;
  for (const { line, text } of logicalLines(dockerfile)) {
    const keyword = (/^\w+/.exec(text)?.[0] ?? '').toUpperCase();
    const instruction: Instruction = { line, keyword, stage, step: null, image: null };
    if (keyword === 'FROM') {
      const [, base = '', name = ''] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(text) ?? [];
      stage = { name: name.toLowerCase(), index: (stage?.index ?? -1) + 1 };
      const isImage = base.toLowerCase() !== 'scratch' && !names.has(base.toLowerCase());
      names.add(stage.name);
      count = isImage ? 1 : 0;
      Object.assign(instruction, { stage, ...(isImage ? { step: 1, image: base } : {}) });
    } else if (stage && counted.has(keyword)) {
      count += 1;
      instruction.step = count;
    }
    instructions.push(instruction);
  }
  return instructions;
}

/** Lines with their continuations joined; comments, blank lines and bodies of here-documents left out. */
function* logicalLines(dockerfile: string): Generator<{ line: number; text: string }> {
  const continuation = /^#\s*escape\s*=\s*`/im.test(dockerfile) ? '`' : '\\';
  const lines = dockerfile.split(/\r?\n/).map((line) => line.trim());
  for (let index = 0; index < lines.length; index += 1) {
    const first = index;
    let text = lines[index] ?? '';
    if (isBlank(text)) continue;
    while (text.endsWith(continuation) && index + 1 < lines.length) {
      index += 1;
      const next = lines[index] ?? '';
      if (!isBlank(next)) text = text.slice(0, -1) + next;
    }
    for (const [, end = ''] of text.matchAll(/<<-?["']?(\w+)["']?/g)) {
      const found = lines.indexOf(end, index + 1);
      index = found === -1 ? lines.length : found;
    }
    yield { line: first + 1, text };
  }
}

function isBlank(line: string): boolean {
  return line === '' || line.startsWith('#');
}
