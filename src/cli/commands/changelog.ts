import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'clipanion';
import { inputFailure } from '../../errors.ts';
import type { ServiceChangelog } from '../../pipeline/changelog.ts';
import { decodeText } from '../../plan/changelog/decodeText.ts';
import { visibleLines } from '../../report/visible.ts';
import { ShipyarnCommand } from '../baseCommand.ts';

export class ChangelogCommand extends ShipyarnCommand {
  static override paths = [['changelog']];
  static override usage = Command.Usage({
    category: 'Preview',
    description: 'Print what the next releases would say, or what past ones said',
    details: `
      Without options: the text that the next release of each service would carry in its tag. With --from, --to
      or --all: the history between two revisions, release by release. --write puts the text into the
      CHANGELOG.md of each service, above the older releases; what people wrote there stays.
    `,
    examples: [
      ['The next release of one service', 'shipyarn changelog api'],
      ['Since a version', 'shipyarn changelog api --from 1.2.0'],
      ['Everything, into the files', 'shipyarn changelog --all --write'],
    ],
  });

  private readonly services = Option.Rest({ name: 'service' });
  private readonly from = Option.String('--from', {
    description: 'Begin after this revision or version of the service',
  });
  private readonly to = Option.String('--to', {
    description: 'End with this revision or version of the service',
  });
  private readonly all = Option.Boolean('--all', false, { description: 'Begin with the first commit' });
  private readonly write = Option.Boolean('--write', false, {
    description: 'Write CHANGELOG.md files instead of printing',
  });

  protected async run(): Promise<undefined> {
    const { from, to, all, configPath, services } = this;
    if (all && from !== undefined) throw contradiction();
    const { readChangelogs } = await import('../../pipeline/changelog.ts');
    const range = all || from !== undefined || to !== undefined ? { from, to } : null;
    await this.withPorts(async (ports) => {
      const { cwd } = this.context;
      const { changelogs, survey } = await readChangelogs(ports, { cwd, configPath, words: services, range });
      for (const { name } of changelogs.filter(({ sections }) => sections.length === 0)) {
        ports.report({ kind: 'note', message: `${name}: nothing to tell` });
      }
      if (!this.write) return this.printChangelogs(changelogs);
      const { changelogFiles } = await import('../../plan/changelog/changelogFiles.ts');
      const { root } = ports.git.history;
      const files = await changelogFiles(changelogs, survey.config, (path) => readText(root, path));
      for (const [path, content] of files) {
        await writeFile(join(root, path), content);
        ports.report({ kind: 'note', message: `wrote ${path}` });
      }
    });
  }

  private printChangelogs(changelogs: readonly ServiceChangelog[]): void {
    const told = changelogs.filter(({ sections }) => sections.length > 0);
    const texts = told.map(({ name, sections }) => {
      const title = changelogs.length > 1 ? [`# ${name}\n`] : [];
      return [...title, ...sections].join('\n');
    });
    if (texts.length > 0) this.print(visibleLines(texts.join('\n')));
  }
}

async function readText(root: string, path: string): Promise<string | null> {
  const content = await readFile(join(root, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return content === null ? null : decodeText(content, path);
}

function contradiction() {
  return inputFailure({
    reason: 'usage',
    message: '--all begins with the first commit, --from after another one.',
    hint: 'Leave one of them out.',
  });
}
