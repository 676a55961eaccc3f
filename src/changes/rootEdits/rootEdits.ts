import { configFileNames } from '../../config/loadConfig.ts';
import { nullIfWrong } from '../../errors.ts';
import type { Service } from '../../workspace/service.ts';
import { rulesEdit } from './rulesEdit.ts';
import { baseEdit, noSettingsEdit, settingsEdit } from './settingsEdit.ts';
import { templateEdit } from './templateEdit.ts';
import type { Judge, Told, Trees } from './verdict.ts';
import { yarnSettingsEdit } from './yarnSettingsEdit.ts';

/** What edits of files in the root mean for images that they shape, all or none. */
export interface RootEdits {
  /** Paths of which nothing more is to be told. */
  understood: ReadonlySet<string>;
  /** Whether a service's image differs by the edits: `unsure` where a comparison has to tell, and find what is wrong. */
  verdict(service: Service): Promise<'same' | 'differs' | 'unsure'>;
  /** Why it does, if so; null where only a comparison tells. */
  told(service: Service): Promise<Told | null>;
}

/** Judges edits of the configuration, `.nvmrc`, `.dockerignore`, `Dockerfile.template` and `.yarnrc.yml` by their content in both trees. */
export async function rootEdits(trees: Trees, changed: ReadonlySet<string>): Promise<RootEdits> {
  const isEdited = (file: string) => changed.has(file);
  const isConfigured = configFileNames.some(isEdited);
  const understoodSettings = isConfigured ? await nullIfWrong(settingsEdit(trees)) : noSettingsEdit;
  const settings = understoodSettings ?? noSettingsEdit;
  const judges: Judge[] = [settings.judge];
  if (isEdited('Dockerfile.template')) judges.push(await templateEdit(trees));
  if (isConfigured || isEdited('.dockerignore')) judges.push(await rulesEdit(trees, changed, settings));
  if (isConfigured || isEdited('.nvmrc')) judges.push(await baseEdit(trees, settings));
  if (isEdited('.yarnrc.yml')) judges.push(await yarnSettingsEdit(trees));
  const judge = async (service: Service) => {
    const verdicts = await Promise.all(judges.map((each) => each(service)));
    return verdicts.filter((verdict) => verdict !== 'same');
  };
  const judgements = new Map<Service, ReturnType<typeof judge>>();
  const judged = (service: Service) => {
    const judgement = judgements.get(service) ?? judge(service);
    judgements.set(service, judgement);
    return judgement;
  };
  return {
    understood: new Set([
      ...['.nvmrc', 'Dockerfile.template', '.dockerignore', '.yarnrc.yml'],
      ...(understoodSettings === null ? [] : configFileNames),
    ]),
    async verdict(service) {
      const verdicts = await judged(service);
      if (verdicts.length === 0) return 'same';
      return verdicts.includes('unsure') || understoodSettings === null ? 'unsure' : 'differs';
    },
    async told(service) {
      const verdicts = await judged(service);
      const told = verdicts.filter((verdict) => typeof verdict === 'function');
      return told.length < verdicts.length ? null : (view) => told.flatMap((reasons) => reasons(view));
    },
  };
}
