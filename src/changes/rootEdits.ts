import { serviceSettings } from '../config/serviceSettings.ts';
import type { Config, ServiceSettings } from '../config/settings.ts';
import { nullIfWrong } from '../errors.ts';
import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { baseImage } from '../workspace/contents/nodeVersion.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { baseReason } from './changedSettings.ts';
import { neededByThirdParty } from './neededByThirdParty.ts';
import type { Reason } from './reason.ts';
import { workspaceDependents } from './workspaceDependents.ts';
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

const configFiles = ['shipyarn.yaml', 'shipyarn.yml'];

/** Judges edits of the configuration, `.nvmrc`, `.dockerignore` and `Dockerfile.template` by their content in both trees. */
export async function rootEdits(trees: Trees, changed: ReadonlySet<string>): Promise<RootEdits> {
  const isEdited = (file: string) => changed.has(file);
  const configured = configFiles.some(isEdited) ? await nullIfWrong(settingsEdit(trees)) : noSettingsEdit;
  const template = isEdited('Dockerfile.template') ? await templateEdit(trees) : never;
  const mayIgnore = isEdited('.dockerignore') || configFiles.some(isEdited);
  const rules = mayIgnore ? await rulesEdit(trees, changed, configured ?? noSettingsEdit) : never;
  const judges = [configured?.mayDiffer ?? never, template, rules];
  const mayBeAnother = async (service: Service) => {
    for (const judge of judges) if (await judge(service)) return true;
    return false;
  };
  const base = await baseEdit(trees, configured ?? noSettingsEdit);
  return {
    understood: new Set([
      ...['.nvmrc', 'Dockerfile.template', '.dockerignore'],
      ...(configured === null ? [] : configFiles),
    ]),
    mayDiffer: async (service) => (await mayBeAnother(service)) || (await base(service)) !== null,
    surelyDiffers: async (service) => configured !== null && (await base(service)) !== null,
    async told(service) {
      if (await mayBeAnother(service)) return null;
      const reason = await base(service);
      return reason === null ? [] : [reason];
    },
  };
}

interface SettingsEdit {
  /** Whether settings differ, other than those that choose the base image and what is ignored. */
  mayDiffer: Judge;
  settingsBefore(service: Service): ServiceSettings;
}

const noSettingsEdit: SettingsEdit = { mayDiffer: never, settingsBefore: ({ settings }) => settings };

/** Null where configurations extend others, which may stand anywhere. */
async function settingsEdit({ config, configBefore }: Trees): Promise<SettingsEdit | null> {
  const old = await configBefore();
  if (config.file.extends !== undefined || old.file.extends !== undefined) return null;
  const settingsBefore = ({ workspace }: Service) => serviceSettings(old, workspace);
  const apart = (settings: ServiceSettings) =>
    JSON.stringify({ ...settings, base: null, node: null, ignore: [] });
  return {
    mayDiffer: async (service) => apart(settingsBefore(service)) !== apart(service.settings),
    settingsBefore,
  };
}

/** The reason that another base image is; null where it is the same. */
async function baseEdit(
  { project, before }: Trees,
  { settingsBefore }: Pick<SettingsEdit, 'settingsBefore'>,
) {
  const old = { ...project, snapshot: await before() };
  return async (service: Service) => {
    const { kind } = await dockerfileOf(project, service);
    // A Dockerfile of the service's own names it, except where the configuration does.
    const baseOf = async (at: Project, { settings }: Pick<Service, 'settings'>) =>
      kind === 'own' ? (settings.base ?? '') : baseImage(at, { ...service, settings });
    const [was, is] = [
      await baseOf(old, { settings: settingsBefore(service) }),
      await baseOf(project, service),
    ];
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
  { settingsBefore }: Pick<SettingsEdit, 'settingsBefore'>,
): Promise<Judge> {
  const [old, { snapshot, root }] = [await before(), project];
  const known = new Map<string, Promise<ReadonlySet<Workspace>>>();
  return async (service) => {
    const { kind, origin } = await dockerfileOf(project, service);
    const serviceBefore = { ...service, settings: settingsBefore(service) };
    const was = await nullIfWrong(readIgnoreRules(old, serviceBefore, origin));
    const is = await readIgnoreRules(snapshot, service, origin);
    if (was?.key === is.key) return false;
    const key = `${was?.key}\n\n${is.key}`;
    // What a Dockerfile of the service's own copies from elsewhere is sifted, too.
    const asksAll = was === null || kind === 'own' || (known.size === mostRules && !known.has(key));
    if (asksAll) return true;
    const isSifted = (path: string) => was.ignores(path) !== is.ignores(path);
    const reached = known.get(key) ?? siftedWorkspaces(project, changed, isSifted);
    known.set(key, reached);
    const found = await reached;
    return found.has(root) || found.has(service.workspace);
  };
}

/** All workspaces are looked through for each pair of rules: where services have many of their own, one by one is sooner done. */
const mostRules = 4;

/** Workspaces with such a file, and all that need one of them. */
async function siftedWorkspaces(
  project: Project,
  changed: ReadonlySet<string>,
  isSifted: (path: string) => boolean,
): Promise<ReadonlySet<Workspace>> {
  const owner = workspaceOwner(project);
  const sifted = new Set([...changed].filter(isSifted).map(owner));
  const others = [...project.workspaces.values()].filter((workspace) => !sifted.has(workspace));
  const files = await Promise.all(others.map(({ path }) => project.snapshot.files(path)));
  for (const { path } of files.flat()) if (isSifted(path)) sifted.add(owner(path));
  const owners = [...sifted].filter((workspace) => workspace !== null);
  const isForAll = owners.some((workspace) => neededByThirdParty(project, workspace));
  return workspaceDependents(project, isForAll ? [project.root] : owners);
}
