import type { LayerDigest, TarDigest } from '../context/contextDigests.ts';
import type { SliceVerdict } from '../context/verifySlices.ts';
import type { Style } from './style.ts';

interface ShownContext extends TarDigest {
  service: { name: string; path: string };
  identity: string;
  layers: readonly LayerDigest[];
}

/** A context for people: its layers with files, size and digest. */
export function renderContext({ service, identity, layers, ...whole }: ShownContext, style: Style): string {
  const rows = layers.map(({ name, files, size, digest }) => [
    `  ${name}`,
    files === 1 ? '1 file' : `${files} files`,
    sizeText(size),
    style.dim(digest.slice(0, 19)),
  ]);
  const total = ['  whole', '', sizeText(whole.size), style.dim(whole.digest.slice(0, 19))];
  return [
    `${style.bold(service.name)} ${style.dim(service.path)}`,
    ...columns([...rows, total]),
    `  identity ${style.dim(identity)}`,
  ].join('\n');
}

/** What the repo's own Yarn says of the slices. */
export function renderVerdicts(verdicts: readonly SliceVerdict[], style: Style): string {
  return verdicts
    .flatMap(({ layer, entries, differences }) =>
      differences.length === 0
        ? [`${style.green('✓')} ${layer}: ${entries} entries, as the repo's own Yarn prunes them`]
        : [
            `${style.red('✗')} ${layer}: differs from what the repo's own Yarn makes of it`,
            ...differences.map(({ kind, entry }) => `    ${kind}: ${entry}`),
          ],
    )
    .join('\n');
}

function columns(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length))) ?? [];
  return rows.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  '),
  );
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
