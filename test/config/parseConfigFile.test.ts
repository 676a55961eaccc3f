import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../src/config/parseConfigFile.ts';
import { Failure } from '../../src/errors.ts';

function failureOf(text: string, file = 'shipyarn.yaml', at: string[] = []): Failure {
  try {
    parseConfigFile(text, file, at);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error('it parsed');
}

describe('parseConfigFile', () => {
  it('names the line, the nearest known key and all that is allowed', () => {
    const failure = failureOf('services: ["a/*"]\ninfra:\n  repo: x\n  brnach: main\n');
    expect(failure).toMatchObject({ exitCode: 2, reason: 'config-unknown-key' });
    expect(failure.message).toBe('shipyarn.yaml:4: unknown key `infra.brnach`.');
    expect(failure.hint).toContain('Did you mean `branch`?');
    expect(failure.hint).toContain('repo, branch, paths');
  });

  it('finds unknown keys inside maps by name, lists and unions', () => {
    expect(failureOf('overrides:\n  api:\n    imag: x\n').message).toContain(
      '3: unknown key `overrides.api.imag`',
    );
    const union = failureOf(
      'infra: { repo: x }\nenvironments:\n  prod:\n    pullRequest:\n      autoMrge: true\n',
    );
    expect(union.message).toContain('5: unknown key `environments.prod.pullRequest.autoMrge`');
    expect(union.hint).toContain('`autoMerge`');
    const list = failureOf(
      'environments:\n  prod:\n    freeze:\n      - from: a\n        until: b\n        to: c\n',
    );
    expect(list.message).toContain('5: unknown key `environments.prod.freeze.0.until`');
  });

  it('names the line and the types of a wrong value', () => {
    const failure = failureOf('services: api\nparallel: "two"\n');
    expect(failure).toMatchObject({ reason: 'config-wrong-value', at: { line: 1 } });
    expect(failure.message).toContain('`services` is "api", but must be Array');
    expect(failureOf('builder: docker\n').message).toContain('("auto" | "engine" | "oci" | "buildx")');
  });

  it('names the line of a syntax mistake', () => {
    expect(failureOf('services:\n  - a\n - b\n')).toMatchObject({
      exitCode: 2,
      reason: 'config-syntax',
      at: { file: 'shipyarn.yaml', line: 3 },
    });
  });

  it('reads package.json#shipyarn with its own line numbers', () => {
    const text = '{\n  "name": "x",\n  "shipyarn": {\n    "service": ["a/*"]\n  }\n}\n';
    const failure = failureOf(text, 'package.json', ['shipyarn']);
    expect(failure.message).toBe('package.json:4: unknown key `service`.');
    expect(failure.hint).toContain('Did you mean `services`?');
  });

  it('takes an empty file for an empty configuration', () => {
    expect(parseConfigFile('', 'shipyarn.yaml').value).toEqual({});
  });
});
