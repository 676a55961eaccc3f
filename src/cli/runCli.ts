import { Cli, UsageError } from 'clipanion';
import { closest } from 'fastest-levenshtein';
import { inputFailure } from '../errors.ts';
import { renderFailure } from '../report/renderFailure.ts';
import type { CliContext } from './baseCommand.ts';
import { commandNames, loadCommands } from './commands.ts';
import { shipyarnVersion } from './shipyarnVersion.ts';

/** All that a run takes from its surroundings. */
export type Surroundings = Pick<CliContext, 'cwd' | 'env' | 'stdout' | 'stderr' | 'end'> & {
  argv: string[];
};

/** Runs one command line; gives the exit status (0 done, 1 the work failed, 2 wrong input). */
export async function runCli({ argv, ...surroundings }: Surroundings): Promise<number> {
  const cli = new Cli<CliContext>({
    binaryLabel: 'shipyarn',
    binaryName: 'shipyarn',
    // A command does not ask for it.
    ...(!commandNames.includes(argv[0] ?? '') && { binaryVersion: shipyarnVersion() }),
    enableColors: false,
  });
  for (const command of await loadCommands(argv[0])) cli.register(command);
  const context = { ...Cli.defaultContext, ...surroundings };
  let command: ReturnType<typeof cli.process>;
  try {
    command = cli.process({ input: argv, context });
  } catch (error) {
    const failure = asUsageFailure(error, argv);
    context.stderr.write(renderFailure(failure ?? error, context.stderr));
    return failure?.exitCode ?? 1;
  }
  return cli.run(command, context);
}

/** clipanion's own complaints about the command line, in our shape. */
function asUsageFailure(error: unknown, argv: readonly string[]) {
  const isUsage =
    error instanceof UsageError || (error instanceof Error && error.name === 'UnknownSyntaxError');
  if (!isUsage) return null;
  const [word = ''] = argv;
  if (isWord(word) && !commandNames.includes(word)) {
    return inputFailure({
      reason: 'unknown-command',
      message: `There is no command \`${word}\`.`,
      hint: `Did you mean \`${closest(word, [...commandNames])}\`? Commands: ${commandNames.join(', ')}.`,
    });
  }
  return inputFailure({
    reason: 'usage',
    message: (error as Error).message.split('\n')[0]?.replace(/^Unknown Syntax Error: /, '') ?? '',
    hint: `shipyarn ${isWord(word) ? `${word} ` : ''}--help lists the options.`,
    cause: error,
  });
}

function isWord(word: string): boolean {
  return word !== '' && !word.startsWith('-');
}
