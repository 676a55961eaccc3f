import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ServiceSettings } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import type { BuildSecret } from '../ports/builder.ts';

/** Reads a service's build secrets, at the last moment, from where the configuration says. */
export function buildSecrets(
  { secrets }: Pick<ServiceSettings, 'secrets'>,
  { env, root }: { env: NodeJS.ProcessEnv; root: string },
): Promise<BuildSecret[]> {
  return Promise.all(
    Object.entries(secrets).map(async ([id, { env: variable, file }]) => {
      if (variable !== undefined) return { id, value: fromVariable(id, env[variable], variable) };
      return { id, value: await fromFile(id, file, root) };
    }),
  );
}

function fromVariable(id: string, value: string | undefined, variable: string): Buffer {
  if (value !== undefined && value !== '') return Buffer.from(value);
  throw inputFailure({
    reason: 'secret-missing',
    message: `The secret \`${id}\` comes from $${variable}, which is not set.`,
    hint: `Set ${variable} for this run.`,
  });
}

async function fromFile(id: string, file: string | undefined, root: string): Promise<Buffer> {
  try {
    return await readFile(resolve(root, file ?? ''));
  } catch (cause) {
    throw inputFailure({
      reason: 'secret-missing',
      message:
        file === undefined
          ? `The secret \`${id}\` has neither \`env\` nor \`file\`.`
          : `The secret \`${id}\` comes from ${file}, which cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      hint: `Say where it is in shipyarn.yaml: \`secrets: { ${id}: { env: NAME } }\`.`,
    });
  }
}
