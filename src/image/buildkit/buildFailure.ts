import { type Failure, workFailure } from '../../errors.ts';
import type { ContextContents } from '../../workspace/contextContents.ts';
import { splitHost } from '../parseReference.ts';
import type { BuildProgress } from './buildProgress.ts';
import { dockerfileLine } from './dockerfileStep.ts';

/** Lines of a failing step's output that are shown. */
const shownLines = 25;

/** What the engine's error means, with the step that failed, its place in the Dockerfile and its last output. */
export function buildFailure(contents: ContextContents, progress: BuildProgress, message: string): Failure {
  const failed = progress.failed();
  const step = failed?.vertex.name ?? null;
  const line = step === null ? parseErrorLine(message) : dockerfileLine(contents.dockerfile.text, step);
  const at = {
    file: contents.dockerfile.origin ?? `${contents.dockerfile.path} (built-in template)`,
    ...(line === null ? {} : { line }),
  };
  const output = failed?.output.trimEnd().split('\n').slice(-shownLines).join('\n') ?? '';
  return workFailure({
    ...describe(contents, message, step),
    ...(step === null && line === null ? {} : { at }),
    ...(output ? { output } : {}),
  });
}

function describe(contents: ContextContents, message: string, step: string | null) {
  const service = contents.service.name;
  if (/no space left on device/i.test(message)) {
    return {
      reason: 'disk-full',
      message: `${service}: the engine's disk is full.`,
      hint: '`docker system df` shows what takes the space, `docker builder prune` frees the build cache.',
    };
  }
  const base = /load metadata for (\S+)/.exec(step ?? '')?.[1];
  if (base !== undefined) return describePull(service, base, message);
  if (/exec format error/i.test(message)) {
    return {
      reason: 'platform-not-runnable',
      message: `${service}: the engine cannot run programs for ${contents.platforms.join(', ')}.`,
      hint: 'Install emulation (`docker run --privileged tonistiigi/binfmt --install all`), or use `builder: buildx` or `builder: oci`.',
    };
  }
  const what = step === null ? 'the build failed' : `the build failed at ${step}`;
  return { reason: 'build-failed', message: `${service}: ${what}: ${shortened(message)}` };
}

/** Source of the words: moby/buildkit `util/resolver`, containerd `remotes/docker`. */
function describePull(service: string, base: string, message: string) {
  if (/not found|does not exist|manifest unknown|\b404\b/i.test(message)) {
    return {
      reason: 'base-image-missing',
      message: `${service}: the base image ${base} does not exist, or these credentials may not read it.`,
      hint: 'Check `base` (or FROM), and `docker login` to its registry.',
    };
  }
  if (/unauthorized|denied|forbidden|\b40[13]\b|no basic auth|failed to authorize/i.test(message)) {
    return {
      reason: 'base-image-denied',
      message: `${service}: the registry of the base image ${base} does not let us in.`,
      hint: `\`docker login ${splitHost(base).host}\` with an account that may read it.`,
    };
  }
  return {
    reason: 'base-registry-unavailable',
    message: `${service}: the base image ${base} could not be looked up: ${shortened(message)}`,
    hint: 'Check its registry and the network of the engine, then run again.',
  };
}

/** BuildKit wraps the cause in the stages that it passed through. */
function shortened(message: string): string {
  const code = /(?:exit code: |did not complete successfully: )(.*)$/s.exec(message);
  if (/exit code: \d+/.test(message)) return `exit code ${/exit code: (\d+)/.exec(message)?.[1]}.`;
  const text = code?.[1] ?? message.replace(/^(?:failed to \w+(?: with frontend dockerfile\.v0)?: )+/, '');
  return text.endsWith('.') ? text : `${text}.`;
}

/** Where BuildKit cannot read the Dockerfile: no step has begun. Source: moby/buildkit `dockerfile/parser/errors.go`. */
function parseErrorLine(message: string): number | null {
  const line = /dockerfile parse error (?:on )?line (\d+)/i.exec(message)?.[1];
  return line === undefined ? null : Number(line);
}
