import { inputFailure } from '../../errors.ts';
import { manifestPath } from '../readManifest.ts';
import type { Service } from '../service.ts';

/**
 * How a service starts, from its own folder: as configured, else its `start` script, else `main`.
 * Rejects where none of them tells.
 */
export function startCommand(service: Service): string[] {
  if (service.settings.command !== null) return [...service.settings.command];
  const { scripts, main } = service.workspace.packageManifest;
  if (scripts?.start !== undefined) return scriptCommand(scripts.start);
  if (typeof main === 'string') return ['node', main];
  throw inputFailure({
    reason: 'no-start-command',
    message: `${service.name} does not say how it starts: no \`start\` script and no \`main\`.`,
    hint: `Add a \`start\` script, or \`overrides: { "${service.name}": { command: […] } }\` in shipyarn.yaml.`,
    at: { file: manifestPath(service.workspace), line: 1 },
  });
}

/** Plain `node …` becomes an exec form; all else runs in a shell that finds packages' commands and gives way to its last one. */
function scriptCommand(script: string): string[] {
  const words = script.split(/ +/);
  if (/^node( +[\w@%+=:,./-]+)+$/.test(script)) return words;
  const single = !/[;&|<>()`\n]/.test(script);
  const assigned = /^\w+=/.test(script);
  const command = single ? `exec ${assigned ? 'env ' : ''}${script}` : script;
  return ['sh', '-c', `PATH="$PWD/node_modules/.bin:/app/node_modules/.bin:$PATH"; ${command}`];
}

/**
 * Runs its arguments as a child, hands TERM, INT and HUP on and takes over its exit status. As PID 1 a Node
 * process without handlers of its own would ignore them.
 */
export const signalEntrypoint = [
  '/bin/sh',
  '-c',
  '"$@" & c=$!; for s in TERM INT HUP; do trap "kill -$s $c 2>/dev/null" $s; done; wait $c; r=$?; while kill -0 $c 2>/dev/null; do wait $c; r=$?; done; exit $r',
  'init',
] as const;
