import { parseDocument } from 'yaml';
import { inputFailure } from '../errors.ts';

/** Where the holds of an infra repo stand, for people to read. */
export const holdsFile = '.shipyarn/holds.yaml';

/** A service that stays at a version in an environment until a person lifts the hold. */
export interface Hold {
  service: string;
  environment: string;
  version: string;
  /** ISO 8601. */
  since: string;
  /** Who set it: `Name <email>`. */
  by: string;
  reason?: string;
}

const header = `# Services that releases pass over until \`shipyarn deploy <service>\` or
# \`shipyarn rollback <service> --release\` lifts the hold.
`;

/** Reads the holds of an infra repo; no file means none. Rejects with `infra-holds-unreadable`. */
export function readHolds(text: string | undefined): Hold[] {
  if (text === undefined) return [];
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error) throw unreadable(error.message.split('\n')[0] ?? '', lineAt(text, error.pos[0]));
  const holds: unknown = (document.toJS() as { holds?: unknown } | null)?.holds ?? [];
  if (!Array.isArray(holds)) throw unreadable('`holds` is not a list', 1);
  return holds.map((hold: Partial<Hold>, index) => {
    const complete = [hold?.service, hold?.environment, hold?.version].every(
      (value) => typeof value === 'string',
    );
    if (!complete)
      throw unreadable(`entry ${index + 1} lacks \`service\`, \`environment\` or \`version\``, 1);
    return hold as Hold;
  });
}

/** The file's text, or null where nothing is held any more. Written whole: it is shipyarn's own file. */
export function writeHolds(holds: readonly Hold[]): string | null {
  if (holds.length === 0) return null;
  const entries = holds.map(({ service, environment, version, since, by, reason }) => {
    const fields = { service, environment, version, since, by, ...(reason === undefined ? {} : { reason }) };
    return Object.entries(fields)
      .map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${JSON.stringify(value)}\n`)
      .join('');
  });
  return `${header}holds:\n${entries.join('')}`;
}

export function holdOn(holds: readonly Hold[], service: string, environment: string): Hold | undefined {
  return holds.find((hold) => hold.service === service && hold.environment === environment);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function unreadable(why: string, line: number): Error {
  return inputFailure({
    reason: 'infra-holds-unreadable',
    message: `The holds of the infra repo cannot be read: ${why}.`,
    hint: `Mend ${holdsFile} in the infra repo; without it nothing is held.`,
    at: { file: holdsFile, line },
  });
}
