import { join, resolve } from 'node:path';
import { writeContext } from '../context/writeContext.ts';
import { buildCaches } from '../image/buildCaches.ts';
import { type BakeFile, bakeFile } from '../image/buildx/bakeFile.ts';
import { splitHost } from '../image/parseReference.ts';
import type { Ports } from '../ports/ports.ts';
import { planChanges } from './plan.ts';
import { type SurveyOptions, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

export interface BakePlanOptions extends Pick<SurveyOptions, 'cwd' | 'configPath'> {
  /** Folder that the contexts are written to, one below it for each image; null: none are written. */
  contexts: string | null;
}

/** Where contexts are looked for by a file whose contexts were not written. */
const usualFolder = 'contexts';

/**
 * The affected services of HEAD as a bake file. What it builds is pushed by identity, so a release after it finds
 * those images and builds nothing.
 */
export async function bakePlan(ports: Ports, options: BakePlanOptions): Promise<BakeFile> {
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const { config, snapshot, head } = survey;
  const channel = head.branch === null ? null : (config.channels[head.branch] ?? null);
  const changes = await surveyChanges(ports, survey, { channel });
  const plan = await planChanges(ports, survey, changes, { channel });
  const folder = options.contexts === null ? usualFolder : resolve(options.cwd, options.contexts);
  const images = [];
  for (const { name, affected, image } of plan.services) {
    const change = changes.find(({ service }) => service.name === name);
    if (!affected || image === null || change === undefined) continue;
    const contents = await change.contents();
    const context = join(folder, change.service.settings.image);
    if (options.contexts !== null) await writeContext(contents, snapshot, context);
    const plain = isPlain(image.repository, config.file.insecureRegistries ?? []);
    images.push({
      contents,
      context,
      references: [`${image.repository}:${image.identityTag}`],
      output: `type=image,push=true${plain ? ',registry.insecure=true' : ''}`,
      secrets: Object.entries(change.service.settings.secrets).map(([id, { env, file }]) =>
        env === undefined ? `id=${id},src=${file}` : `id=${id},env=${env}`,
      ),
      ...buildCaches(change, config, 'release'),
    });
  }
  return bakeFile(images);
}

function isPlain(repository: string, insecure: readonly string[]): boolean {
  const { host } = splitHost(repository);
  return insecure.includes(host) || /^(?:localhost|127\.\d+\.\d+\.\d+)(?::\d+)?$/.test(host);
}
