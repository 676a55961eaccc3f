import { nullIfWrong } from '../../errors.ts';
import { type DockerfileSource, dockerfileOf } from '../../workspace/contents/dockerfileOf.ts';
import type { Judge, Trees } from './verdict.ts';

/** `Dockerfile.template`, which may have taken the place of the built-in template, or left it again. */
export async function templateEdit({ project, before }: Trees): Promise<Judge> {
  const old = { snapshot: await before() };
  // Loads what reads templates only for this.
  const { checkTemplate, surelyRenderApart } = await import('../../workspace/contents/renderDockerfile.ts');
  const known = new Map<string, Map<string, boolean>>();
  const areApart = (was: DockerfileSource, is: DockerfileSource) => {
    const others = known.get(was.text) ?? new Map<string, boolean>();
    known.set(was.text, others);
    const apart = others.get(is.text) ?? surelyRenderApart(was, is);
    others.set(is.text, apart);
    return apart;
  };
  const isSound = async (source: DockerfileSource) => {
    checkTemplate(source);
    return true;
  };
  return async (service) => {
    const was = await nullIfWrong(dockerfileOf(old, service));
    const is = await dockerfileOf(project, service);
    if (was?.origin === is.origin && was?.text === is.text) return 'same';
    if (is.kind === 'template') checkTemplate(is);
    const areTemplates =
      was?.kind === 'template' && is.kind === 'template' && (await nullIfWrong(isSound(was)));
    if (!areTemplates || !areApart(was, is)) return 'unsure';
    // The commits that touched one which is gone are found by a comparison.
    if (is.origin === null) return 'differs';
    const origins = [is.origin, was.origin].filter((origin) => origin !== null);
    return () => [{ kind: 'dockerfile', paths: [...new Set(origins)] }];
  };
}
