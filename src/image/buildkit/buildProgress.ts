import type { BuildVertex, EngineMessage } from '../../ports/engine.ts';
import type { Report } from '../../report/event.ts';

/** Bytes of output kept for each step, the last ones. */
const keptOutput = 16_384;

/** Follows one service's build: turns what BuildKit says into events, and remembers what an error will have to show. */
export class BuildProgress {
  readonly #service: string;
  readonly #report: Report;
  readonly #mask: (text: string) => string;
  readonly #vertices = new Map<string, BuildVertex>();
  readonly #output = new Map<string, string>();
  /** Beginnings of lines whose end has not come yet: a secret may be cut in two. */
  readonly #unfinished = new Map<string, string>();

  constructor(service: string, report: Report, mask: (text: string) => string) {
    this.#service = service;
    this.#report = report;
    this.#mask = mask;
  }

  add(status: Extract<EngineMessage, { kind: 'status' }>): void {
    for (const vertex of status.vertices) this.#addVertex(vertex);
    for (const { vertex, text } of status.logs) this.#addOutput(vertex, text);
  }

  /** The step that failed first; a step that was cancelled because another failed is not it. */
  failed(): { vertex: BuildVertex; output: string } | null {
    const failed = [...this.#vertices.values()].filter(
      (vertex) => vertex.error !== '' && !isCacheImport(vertex),
    );
    const vertex = failed.find(({ error }) => !isCancellation(error)) ?? failed[0];
    return vertex ? { vertex, output: this.#mask(this.#output.get(vertex.digest) ?? '') } : null;
  }

  /** BuildKit sends a vertex again each time that something about it changed, and sometimes when nothing did. */
  #addVertex(vertex: BuildVertex): void {
    const before = this.#vertices.get(vertex.digest);
    this.#vertices.set(vertex.digest, vertex);
    if (before?.completed || !vertex.name) return;
    const state = stateOf(vertex);
    if (state === null || (state === 'started' && before?.started)) return;
    this.#reportOutput(vertex.digest, this.#unfinished.get(vertex.digest) ?? '');
    this.#unfinished.delete(vertex.digest);
    const { started, completed } = vertex;
    this.#report({
      kind: 'build',
      service: this.#service,
      step: vertex.name,
      state,
      ...(started !== null && completed !== null ? { milliseconds: completed - started } : {}),
    });
  }

  #addOutput(digest: string, text: string): void {
    this.#output.set(digest, ((this.#output.get(digest) ?? '') + text).slice(-keptOutput));
    const whole = (this.#unfinished.get(digest) ?? '') + text;
    const end = whole.lastIndexOf('\n') + 1;
    this.#unfinished.set(digest, whole.slice(end));
    this.#reportOutput(digest, whole.slice(0, end));
  }

  #reportOutput(digest: string, text: string): void {
    if (text === '') return;
    const step = this.#vertices.get(digest)?.name ?? '';
    this.#report({ kind: 'build', service: this.#service, step, state: 'output', text: this.#mask(text) });
  }
}

function stateOf(vertex: BuildVertex): 'started' | 'cached' | 'done' | 'failed' | null {
  if (vertex.error && vertex.completed !== null) {
    return isCancellation(vertex.error) || isCacheImport(vertex) ? null : 'failed';
  }
  if (vertex.cached) return 'cached';
  if (vertex.completed !== null) return 'done';
  return vertex.started !== null ? 'started' : null;
}

function isCancellation(error: string): boolean {
  return /context canceled/.test(error);
}

/** A cache that is not there is no failure: the step runs. */
function isCacheImport({ name }: BuildVertex): boolean {
  return name.startsWith('importing cache manifest');
}
