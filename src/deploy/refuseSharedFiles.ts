import type { Environment } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import type { Located } from './locateServices.ts';
import { selectFiles } from './selectFiles.ts';

/**
 * A tag that two environments claim by their `paths` cannot be moved for one of them alone. Rejects with
 * `infra-shared-file`.
 */
export function refuseSharedFiles(
  { sites }: Located,
  environment: Environment,
  siblings: readonly Environment[],
): void {
  const all = [environment, ...siblings];
  const others = siblings
    .filter(({ paths }) => paths !== undefined && paths.length > 0)
    .map((sibling) => ({
      name: sibling.name,
      selection: selectFiles(
        sibling,
        all.filter(({ name }) => name !== sibling.name),
      ),
    }));
  for (const { file, site } of [...sites.values()].flat()) {
    const other = others.find(({ selection }) => selection.matches(file.path));
    if (other === undefined) continue;
    throw inputFailure({
      reason: 'infra-shared-file',
      message: `The tag belongs to two environments by their \`paths\`: \`${environment.name}\` and \`${other.name}\`.`,
      hint: 'Give each environment `paths` of its own, or make them one environment.',
      at: { file: file.path, line: site.scalar.place.line },
    });
  }
}
