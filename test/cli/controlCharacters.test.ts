import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { terminalReport } from '../../src/report/terminalReport.ts';
import { type ModelRepo, releasedModelRepo } from '../changes/modelRepo.ts';
import { editFile } from '../changes/monorepo.ts';
import { shipyarn } from '../support/run.ts';

const file = 'src/\u001b[2J\u009b31mred\n✓ all is well\u202e.js';
const subject = 'paint \u001b]0;title\u0007 over \u001b[31mlines\u007f\u009b1A';
const shownFile = 'src/\\u001b[2J\\u009b31mred\\u000a✓ all is well\\u202e.js';
const shownSubject = 'paint \\u001b]0;title\\u0007 over \\u001b[31mlines\\u007f\\u009b1A';
const plain = /^[^\p{Cc}\u202a-\u202e]*$/u;

describe('control characters in what others have written', () => {
  let repo: ModelRepo;
  beforeAll(async () => {
    repo = await releasedModelRepo();
    repo.edit(`feat: ${subject}`, (model) => editFile(model, 'services/api', file, 'new'));
  });
  const run = async (args: readonly string[], env = {}) => shipyarn(args, { cwd: repo.root, env });

  it.each([
    ['affected', ['affected'], [shownFile, shownSubject]],
    ['affected --markdown', ['affected', '--markdown'], [shownFile, shownSubject]],
    ['explain', ['explain', 'api', '--no-infra'], [shownFile, shownSubject]],
    ['changelog', ['changelog', 'api'], [shownSubject]],
  ])('are shown visibly: %s', async (_, args, shown) => {
    const { stdout, stderr, exitCode } = await run(args);
    expect(exitCode, stderr).toBe(0);
    for (const text of shown) expect(stdout).toContain(text);
    for (const line of stdout.split('\n')) expect(line).toMatch(plain);
  });

  it('leave the colours of shipyarn alone', async () => {
    const { stdout } = await run(['explain', 'api', '--no-infra'], { FORCE_COLOR: '1' });
    expect(stdout).toContain('\u001b[36msource\u001b[39m');
    const uncoloured = await run(['explain', 'api', '--no-infra']);
    expect(stripVTControlCharacters(stdout)).toBe(uncoloured.stdout);
  });

  it('are shown visibly in messages', async () => {
    const { stderr, exitCode } = await run(['affected', '--since', 'x\u001b[2Jy']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('x\\u001b[2Jy');
    for (const line of stderr.split('\n')) expect(line).toMatch(plain);
  });

  it('are shown visibly in progress, where line breaks count as ever', () => {
    const stream = new PassThrough();
    const report = terminalReport(stream);
    report({ kind: 'note', message: `looking at ${subject}\nand on` });
    report({ kind: 'build', service: 'api', step: `RUN echo\n  ${subject}`, state: 'done' });
    expect(String(stream.read())).toBe(
      `looking at ${shownSubject}\nand on\n  api RUN echo ${shownSubject}\n`,
    );
  });

  it('are in JSON what they are', async () => {
    const { stdout } = await run(['affected', '--json']);
    const [api] = JSON.parse(stdout).services;
    expect(api.reasons[0].paths).toEqual([`services/api/${file}`]);
    expect(api.commits[0].subject).toBe(subject);
  });
});
