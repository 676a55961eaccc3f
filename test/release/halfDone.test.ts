import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Ledger } from '../../src/release/ledger.ts';
import { describeWith } from '../support/parts.ts';
import { shipyarn } from '../support/run.ts';
import { makeWorld } from './world.ts';

await describeWith(['linux', 'registry'], 'a release that stands half-done', () => {
  it('is told by status, finished by the next run, and told as whole by its report', async () => {
    const world = await makeWorld('oci');
    const run = world.startRelease();
    world.gate.onEffect = ({ name, when }) => {
      if (name !== 'push monorepo' || when !== 'after') return undefined;
      run.kill();
      return new Promise(() => undefined);
    };
    await run.ended;
    world.gate.onEffect = () => undefined;

    const half = await shipyarn(['status'], { cwd: world.monorepo });
    expect(half.stdout).toContain(
      'half-done @harbour/api 0.1.0: the next `shipyarn release` will tag its image and deploy it to production',
    );
    // No tag holds the staged image yet, so a registry may sweep it away.
    const { ledger } = (await world.state()) as { ledger: Ledger };
    const { image, digest } = ledger.services['@harbour/api'] as Ledger['services'][string];
    const swept = await fetch(`http://${world.gate.host}/v2/${image}/manifests/${digest}`, {
      method: 'DELETE',
    });
    expect(swept.status).toBe(202);

    const again = await world.release(['--json', '--report', 'report.json']);
    expect(again.exitCode, again.stderr).toBe(0);
    const text = await readFile(path.join(world.monorepo, 'report.json'), 'utf8');
    const { outcome, exitStatus, effects, stages } = JSON.parse(text);
    expect({ outcome, exitStatus }).toEqual({ outcome: 'nothing', exitStatus: 0 });
    expect(effects.map(({ effect }: { effect: string }) => effect).sort()).toEqual([
      'image-tagged',
      'image-tagged',
      'image-tagged',
      'infra-pushed',
      'ledger-noted',
    ]);
    expect(stages.map(({ stage }: { stage: string }) => stage)).toContain('deploy');
    expect((await world.state()).imageTags['api:0.1.0']).toBe(digest);
    const whole = await shipyarn(['status', '--json'], { cwd: world.monorepo });
    expect(JSON.parse(whole.stdout).halfDone).toEqual([]);
  }, 240_000);
});
