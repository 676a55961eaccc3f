import { unscopedName } from '../config/serviceSettings.ts';
/** What one infra commit did to one service. */
export interface DeployedService {
  service: string;
  version: string;
  /** Commit of the monorepo that the image was built from; null where it is not known. */
  sourceCommit: string | null;
  /** Of the image, where it is known. */
  digest?: string | undefined;
}

export interface DeploymentMessage {
  environment: string;
  services: readonly DeployedService[];
  /** Version that a rollback left. */
  rollbackOf?: string;
}

const defaultTemplate = 'deploy({environment}): {services}';
const longestList = 60;

/**
 * The message of an infra commit: a subject from the template, and trailers that history is read from again.
 * `Version` and `Source-Commit` belong to the `Service` above them.
 */
export function deploymentMessage(
  { environment, services, rollbackOf }: DeploymentMessage,
  template: string = rollbackOf === undefined ? defaultTemplate : 'rollback({environment}): {services}',
): string {
  const subject = template
    .replaceAll('{environment}', environment)
    .replaceAll('{services}', listed(services))
    .split('\n')[0];
  const trailers = [
    `Environment: ${environment}`,
    ...services.flatMap(({ service, version, sourceCommit, digest }) => [
      `Service: ${service}`,
      `Version: ${version}`,
      ...(sourceCommit === null ? [] : [`Source-Commit: ${sourceCommit}`]),
      ...(digest === undefined ? [] : [`Image-Digest: ${digest}`]),
    ]),
    ...(rollbackOf === undefined ? [] : [`Rollback-Of: ${rollbackOf}`]),
  ];
  return `${subject}\n\n${trailers.join('\n')}\n`;
}

function listed(services: readonly DeployedService[]): string {
  const names = services.map(({ service, version }) => `${unscopedName(service)} ${version}`);
  const all = names.join(', ');
  if (all.length <= longestList || names.length === 1) return all;
  return `${names[0]} and ${names.length - 1} more`;
}

/** Reads a message that `deploymentMessage` wrote; null where it is none. */
export function parseDeploymentMessage(message: string): DeploymentMessage | null {
  const services: DeployedService[] = [];
  const single = new Map<string, string>();
  for (const line of message.split('\n')) {
    const [, key = '', value = ''] = /^([A-Z][\w-]+): (.+)$/.exec(line.trim()) ?? [];
    const current = services.at(-1);
    if (key === 'Service') services.push({ service: value, version: '', sourceCommit: null });
    else if (current && key === 'Version') current.version = value;
    else if (current && key === 'Source-Commit') current.sourceCommit = value;
    else if (current && key === 'Image-Digest') current.digest = value;
    else single.set(key, value);
  }
  const environment = single.get('Environment');
  const rollbackOf = single.get('Rollback-Of');
  if (environment === undefined || services.length === 0) return null;
  return { environment, services, ...(rollbackOf === undefined ? {} : { rollbackOf }) };
}
