import { node, shipyarn } from '../measure/command.ts';
import type { Task } from '../measure/task.ts';
import { peer } from '../peers.ts';

/** How long a tool needs to say its version. */
export function startUp(cwd: string): Task {
  return {
    id: 'start',
    title: 'Start of the bare command line',
    input: '`--version`',
    contenders: [
      { name: 'shipyarn', kind: 'shipyarn', command: shipyarn(['--version'], cwd) },
      { name: 'turbo', kind: 'peer', command: peer('turbo', ['--version'], cwd) },
      { name: 'nx', kind: 'peer', command: peer('nx', ['--version'], cwd) },
      { name: 'lerna', kind: 'peer', command: peer('lerna', ['--version'], cwd) },
      { name: 'git-cliff', kind: 'peer', command: peer('git-cliff', ['--version'], cwd) },
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], cwd) },
    ],
  };
}
