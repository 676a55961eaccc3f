import type { Config, Environment } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';

/** The environments that the names stand for. Rejects with `no-environments` or `unknown-environment`. */
export function environmentNamed({ environments }: Pick<Config, 'environments'>, name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  if (environments.length === 0) throw noEnvironments();
  throw inputFailure({
    reason: 'unknown-environment',
    message: `There is no environment \`${name}\`.`,
    hint: `Environments here: ${environments.map((environment) => environment.name).join(', ')}.`,
  });
}

/** The environment that `--env` names; without it the only one. Rejects where there are several to choose from. */
export function chosenEnvironment(
  config: Pick<Config, 'environments'>,
  name: string | undefined,
): Environment {
  if (name !== undefined) return environmentNamed(config, name);
  const [only, ...others] = config.environments;
  if (only === undefined) throw noEnvironments();
  if (others.length === 0) return only;
  throw inputFailure({
    reason: 'environment-not-named',
    message: 'There are several environments.',
    hint: `Say which with --env: ${config.environments.map((environment) => environment.name).join(', ')}.`,
  });
}

export function noEnvironments(): Error {
  return inputFailure({
    reason: 'no-environments',
    message: 'The configuration names no infra repo, so there is nowhere to deploy to.',
    hint: 'Set `infra.repo` in shipyarn.yaml.',
  });
}
