import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import { checkEmpty } from '../../emptyFolder.ts';
import { styleOf } from '../../report/style.ts';
import { ShipyarnCommand } from '../baseCommand.ts';

export class DemoCommand extends ShipyarnCommand {
  static override paths = [['demo']];
  static override usage = Command.Usage({
    category: 'Start',
    description:
      'Make a small monorepo and an infra repo in a temporary folder, and release them before your eyes',
    details: `
      Needs Node, Git and npm's registry. Where a Docker engine answers it builds with that, elsewhere without
      one. Images go to an OCI layout folder beside the repos, or to --registry.
    `,
    examples: [
      ['Look', 'shipyarn demo'],
      ['Without the engine', 'shipyarn demo --builder oci'],
      ['Into a registry', 'shipyarn demo --registry localhost:5000/harbour'],
    ],
  });

  private readonly builder = Option.String('--builder', {
    description: 'engine or oci; default: engine where one answers',
  });
  private readonly registry = Option.String('--registry', {
    description: 'Where images go, such as localhost:5000/harbour; default: a folder',
  });
  private readonly target = Option.String('--folder', {
    description: 'Empty folder to work in; default: a new temporary one',
  });

  protected async run(): Promise<number> {
    const [{ runDemo }, { demoTools }] = await Promise.all([
      import('../../demo/runDemo.ts'),
      import('../../wiring.ts'),
    ]);
    const { cwd, env, stdout } = this.context;
    const folder = this.target === undefined ? await newFolder() : resolve(cwd, this.target);
    checkEmpty(folder);
    const tools = await demoTools({ env, builder: this.builder });
    return runDemo({
      ...tools,
      folder,
      registry: this.registry ?? `oci:${join(folder, 'images')}`,
      style: styleOf(stdout),
      print: (text) => this.print(text),
      shipyarn: async (argv, folderOfRun) => {
        const { runCli } = await import('../runCli.ts');
        return runCli({ ...this.context, argv: [...argv], cwd: folderOfRun });
      },
    });
  }
}

async function newFolder(): Promise<string> {
  return mkdtemp(join(await realpath(tmpdir()), 'shipyarn-demo-'));
}
