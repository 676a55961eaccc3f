import { serviceSettings } from '../../config/serviceSettings.ts';
import { dockerfileOf } from '../../workspace/contents/dockerfileOf.ts';
import { baseImage } from '../../workspace/contents/nodeVersion.ts';
import type { Project } from '../../workspace/project.ts';
import type { Service } from '../../workspace/service.ts';
import { baseReason } from '../changedSettings.ts';
import type { Judge, Trees } from './verdict.ts';

export interface SettingsEdit {
  /** Of settings other than those that choose the base image and what is ignored. */
  judge: Judge;
  /** The service with the settings that it had. */
  serviceBefore(service: Service): Service;
}

export const noSettingsEdit: SettingsEdit = {
  judge: async () => 'same',
  serviceBefore: (service) => service,
};

/** Null where configurations extend others, which may stand anywhere. */
export async function settingsEdit({ config, configBefore }: Trees): Promise<SettingsEdit | null> {
  const old = await configBefore();
  if (config.file.extends !== undefined || old.file.extends !== undefined) return null;
  const serviceBefore = (service: Service) => ({
    ...service,
    settings: serviceSettings(old, service.workspace),
  });
  const apart = ({ settings }: Service) =>
    JSON.stringify({ ...settings, base: null, node: null, ignore: [] });
  return {
    judge: async (service) => (apart(serviceBefore(service)) === apart(service) ? 'same' : 'unsure'),
    serviceBefore,
  };
}

/** The base image, which the configuration and `.nvmrc` choose. */
export async function baseEdit({ project, before }: Trees, { serviceBefore }: SettingsEdit): Promise<Judge> {
  const old = { ...project, snapshot: await before() };
  return async (service) => {
    const { kind } = await dockerfileOf(project, service);
    // A Dockerfile of the service's own names it, except where the configuration does.
    const baseOf = async (at: Project, asked: Service) =>
      kind === 'own' ? (asked.settings.base ?? '') : baseImage(at, asked);
    const [was, is] = [await baseOf(old, serviceBefore(service)), await baseOf(project, service)];
    return was === is ? 'same' : () => [baseReason(was, is)];
  };
}
