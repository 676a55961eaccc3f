import { Builtins, type CommandClass } from 'clipanion';
import { ownValue } from '../ownValue.ts';
import type { CliContext } from './baseCommand.ts';

type Loader = () => Promise<CommandClass<CliContext>>;

/** Every command, in the order of the help text; each loads only where it is meant or help lists them all. */
const loaders: Readonly<Record<string, Loader>> = {
  affected: async () => (await import('./commands/affected.ts')).AffectedCommand,
  explain: async () => (await import('./commands/explain.ts')).ExplainCommand,
  plan: async () => (await import('./commands/plan.ts')).PlanCommand,
  context: async () => (await import('./commands/context.ts')).ContextCommand,
  changelog: async () => (await import('./commands/changelog.ts')).ChangelogCommand,
  build: async () => (await import('./commands/build.ts')).BuildCommand,
  release: async () => (await import('./commands/release.ts')).ReleaseCommand,
  deploy: async () => (await import('./commands/deploy.ts')).DeployCommand,
  promote: async () => (await import('./commands/promote.ts')).PromoteCommand,
  rollback: async () => (await import('./commands/rollback.ts')).RollbackCommand,
  status: async () => (await import('./commands/status.ts')).StatusCommand,
  history: async () => (await import('./commands/history.ts')).HistoryCommand,
  demo: async () => (await import('./commands/demo.ts')).DemoCommand,
  init: async () => (await import('./commands/init.ts')).InitCommand,
  doctor: async () => (await import('./commands/doctor.ts')).DoctorCommand,
};

export const commandNames: readonly string[] = Object.keys(loaders);

/** The command that the first word names; all of them where it names none, for help and mistakes. */
export async function loadCommands(word: string | undefined): Promise<CommandClass<CliContext>[]> {
  if (word === '--version' || word === '-v') return [Builtins.VersionCommand];
  const named = word === undefined ? undefined : ownValue(loaders, word);
  if (named !== undefined) {
    // What nearly every command needs loads beside it.
    import('../wiring.ts').catch(() => undefined);
    return [await named()];
  }
  const all = await Promise.all(Object.values(loaders).map((load) => load()));
  return [Builtins.HelpCommand, Builtins.VersionCommand, ...all];
}
