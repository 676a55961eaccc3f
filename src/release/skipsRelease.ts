import type { Git } from '../ports/git.ts';

/** Whether a commit's message asks for no release of it: `[skip release]`. What it changed goes with the next one. */
export async function skipsRelease({ objects }: Git, commit: string): Promise<boolean> {
  const object = (await objects.read(commit)).toString('utf8');
  return /\[(skip release|release skip)\]/i.test(object.slice(object.indexOf('\n\n')));
}
