import type { Engine } from '../../ports/engine.ts';

interface DescribedLayer {
  /** The instruction that made it: `COPY . .`; empty where the base does not say. */
  createdBy: string;
  /** Bytes on disk. */
  size: number;
  /** True: not in the last release. Null: there is nothing to compare with. */
  isNew: boolean | null;
}

export interface DescribedImage {
  /** Bytes on disk of all layers, as containers see them. */
  size: number;
  /** The lowest first. */
  layers: DescribedLayer[];
  exposedPorts: string[];
}

/** Instructions that change the image's config alone. */
const withoutLayer =
  /^(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/;

/** What stands in the engine under a name, layer by layer; `released` holds the diff ids of the last release. */
export async function describeImage(
  engine: Engine,
  reference: string,
  released: ReadonlySet<string> | null,
): Promise<DescribedImage> {
  const [image, history] = await Promise.all([engine.inspect(reference), engine.history(reference)]);
  if (image === null) throw new Error(`${reference} is not in the engine`);
  const lines = history
    .map(({ createdBy, size }) => ({ createdBy: instruction(createdBy), size }))
    .filter(({ createdBy, size }) => size > 0 || !withoutLayer.test(createdBy))
    .reverse();
  // The engine tells sizes by instruction and layers by digest: they are told together where the numbers agree.
  const sameNumber = lines.length === image.layers.length;
  const layers = lines
    .map((line, index) => ({
      ...line,
      isNew: released === null || !sameNumber ? null : !released.has(image.layers[index] ?? ''),
    }))
    .filter(({ size }) => size > 0);
  // Engines with the containerd store count the compressed layers, too, in the size that they tell.
  const size = layers.reduce((sum, layer) => sum + layer.size, 0);
  return { size, layers, exposedPorts: image.exposedPorts };
}

/** `/bin/sh -c #(nop) COPY x` and `RUN /bin/sh -c yarn # buildkit` as they stand in the Dockerfile. */
function instruction(createdBy: string): string {
  return createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^\/bin\/sh -c /, 'RUN ')
    .replace(/^RUN (?:\|\d+ .*? )?\/bin\/sh -c /, 'RUN ')
    .replace(/\s*# buildkit$/, '')
    .trim();
}
