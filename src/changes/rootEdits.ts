import { configFileNames } from '../config/loadConfig.ts';
import { serviceSettings } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { nullIfWrong } from '../errors.ts';
import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { baseImage } from '../workspace/contents/nodeVersion.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { baseReason } from './changedSettings.ts';
import { isReached, type Reached, reachedBy } from './reached.ts';
import type { Reason } from './reason.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** What edits of those root files mean for images that shape all of them, but may change none. */
export interface RootEdits {
  /** Paths whose edits the rest tells. */
  understood: ReadonlySet<string>;
  /** Whether a service's image may differ by the edits. */
  mayDiffer(service: Service): Promise<boolean>;
  /** Whether it certainly does. */
  surelyDiffers(service: Service): Promise<boolean>;
  /** Why it does, if so; null where only a comparison tells. */
  told(service: Service): Promise<Reason[] | null>;
}

/** Both trees. */
interface Trees {
  project: Project;
  config: Config;
  before(): Promise<Snapshot>;
  configBefore(): Promise<Config>;
}

type Judge = (service: Service) => Promise<boolean>;

const never: Judge = async () => false;

/** Judges edits of the configuration, `.nvmrc`, `.dockerignore` and `Dockerfile.template` by their content in both trees. */
export async function rootEdits(trees: Trees, changed: ReadonlySet<string>): Promise<RootEdits> {
  const isEdited = (file: string) => changed.has(file);
  const isConfigured = configFileNames.some(isEdited);
  const understoodSettings = isConfigured ? await nullIfWrong(settingsEdit(trees)) : noSettingsEdit;
  const settings = understoodSettings ?? noSettingsEdit;
  const template = isEdited('Dockerfile.template') ? await templateEdit(trees) : never;
  const rules = isConfigured || isEdited('.dockerignore') ? await rulesEdit(trees, changed, settings) : never;
  const base = isConfigured || isEdited('.nvmrc') ? await baseEdit(trees, settings) : async () => null;
  const judge = async (service: Service) => {
    for (const mayDiffer of [settings.mayDiffer, template, rules])
      if (await mayDiffer(service)) return { mayBeMore: true, base: await base(service) };
    return { mayBeMore: false, base: await base(service) };
  };
  const judgements = new Map<Service, ReturnType<typeof judge>>();
  const judged = (service: Service) => {
    const judgement = judgements.get(service) ?? judge(service);
    judgements.set(service, judgement);
    return judgement;
  };
  return {
    understood: new Set([
      ...['.nvmrc', 'Dockerfile.template', '.dockerignore'],
      ...(understoodSettings === null ? [] : configFileNames),
    ]),
    async mayDiffer(service) {
      const { mayBeMore, base: reason } = await judged(service);
      return mayBeMore || reason !== null;
    },
    surelyDiffers: async (service) => understoodSettings !== null && (await judged(service)).base !== null,
    async told(service) {
      const { mayBeMore, base: reason } = await judged(service);
      if (mayBeMore) return null;
      return reason === null ? [] : [reason];
    },
  };
}

interface SettingsEdit {
  /** Whether settings differ, other than those that choose the base image and what is ignored. */
  mayDiffer: Judge;
  /** The service with the settings that it had. */
  serviceBefore(service: Service): Service;
}

const noSettingsEdit: SettingsEdit = { mayDiffer: never, serviceBefore: (service) => service };

/** Null where configurations extend others, which may stand anywhere. */
async function settingsEdit({ config, configBefore }: Trees): Promise<SettingsEdit | null> {
  const old = await configBefore();
  if (config.file.extends !== undefined || old.file.extends !== undefined) return null;
  const serviceBefore = (service: Service) => ({
    ...service,
    settings: serviceSettings(old, service.workspace),
  });
  const apart = ({ settings }: Service) =>
    JSON.stringify({ ...settings, base: null, node: null, ignore: [] });
  return {
    mayDiffer: async (service) => apart(serviceBefore(service)) !== apart(service),
    serviceBefore,
  };
}

/** The reason that another base image is; null where it is the same. */
async function baseEdit({ project, before }: Trees, { serviceBefore }: SettingsEdit) {
  const old = { ...project, snapshot: await before() };
  return async (service: Service) => {
    const { kind } = await dockerfileOf(project, service);
    // A Dockerfile of the service's own names it, except where the configuration does.
    const baseOf = async (at: Project, asked: Service) =>
      kind === 'own' ? (asked.settings.base ?? '') : baseImage(at, asked);
    const [was, is] = [await baseOf(old, serviceBefore(service)), await baseOf(project, service)];
    return was === is ? null : baseReason(was, is);
  };
}

async function templateEdit({ project, before }: Trees): Promise<Judge> {
  const old = { snapshot: await before() };
  return async (service) => {
    const [was, is] = [await nullIfWrong(dockerfileOf(old, service)), await dockerfileOf(project, service)];
    return was?.origin !== is.origin || was?.text !== is.text;
  };
}

/** Whether some file that a service may have is left out of its image in one tree alone. */
async function rulesEdit(
  { project, before }: Trees,
  changed: ReadonlySet<string>,
  { serviceBefore }: SettingsEdit,
): Promise<Judge> {
  const [old, { snapshot }] = [await before(), project];
  const known = new Map<string, Promise<Reached>>();
  return async (service) => {
    const { kind, origin } = await dockerfileOf(project, service);
    const was = await nullIfWrong(readIgnoreRules(old, serviceBefore(service), origin));
    const is = await readIgnoreRules(snapshot, service, origin);
    if (was?.key === is.key) return false;
    const key = `${was?.key}\n\n${is.key}`;
    // What a Dockerfile of the service's own copies from elsewhere is sifted, too.
    const asksAll = was === null || kind === 'own' || (known.size === mostRules && !known.has(key));
    if (asksAll) return true;
    const isSifted = (path: string) => was.ignores(path) !== is.ignores(path);
    const reached = known.get(key) ?? reachedBySifting(project, changed, isSifted);
    known.set(key, reached);
    return isReached(service, await reached);
  };
}

/** All workspaces are looked through for each pair of rules: where services have many of their own, one by one is sooner done. */
const mostRules = 4;

/** Whom workspaces with such a file reach. */
async function reachedBySifting(
  project: Project,
  changed: ReadonlySet<string>,
  isSifted: (path: string) => boolean,
): Promise<Reached> {
  const owner = workspaceOwner(project);
  const sifted = new Set([...changed].filter(isSifted).map(owner));
  const others = [...project.workspaces.values()].filter((workspace) => !sifted.has(workspace));
  const files = await Promise.all(others.map(({ path }) => project.snapshot.files(path)));
  for (const { path } of files.flat()) if (isSifted(path)) sifted.add(owner(path));
  return reachedBy(
    project,
    [...sifted].filter((workspace) => workspace !== null),
  );
}
