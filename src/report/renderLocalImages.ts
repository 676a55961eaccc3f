import type { LocalImage } from '../pipeline/buildLocally.ts';
import type { Style } from './style.ts';

/** Images built into the engine, as text for people: each layer with its size, what is new, and how to run it. */
export function renderLocalImages(images: readonly LocalImage[], style: Style): string {
  if (images.length === 0) {
    return `${style.bold('Nothing to build')}: all images are as released. Name a service to build it anyway.\n`;
  }
  return `${images.map((image) => imageLines(image, style).join('\n')).join('\n\n')}\n`;
}

function imageLines(image: LocalImage, style: Style): string[] {
  const width = Math.max(...image.layers.map(({ size }) => formatSize(size).length));
  return [
    `${style.bold(image.service)}  ${style.cyan(image.reference)}  ${formatSize(image.size)}`,
    ...image.layers.map(({ createdBy, size, isNew }) => {
      const line = `  ${isNew ? style.green('+') : ' '} ${formatSize(size).padStart(width)}  ${shorten(createdBy || 'base image')}`;
      return isNew === false ? style.dim(line) : line;
    }),
    `  ${comparison(image)}`,
    `  ${runLine(image)}`,
  ];
}

function comparison({ comparedWith, layers }: LocalImage): string {
  if (comparedWith === null) return 'There is no released image to compare with.';
  if (layers.some(({ isNew }) => isNew === null))
    return `The layers cannot be told apart from those of ${comparedWith}.`;
  const added = layers.filter(({ isNew }) => isNew);
  if (added.length === 0) return `All layers are those of ${comparedWith}.`;
  const bytes = added.reduce((sum, { size }) => sum + size, 0);
  return `${added.length} of ${layers.length} layers are not in ${comparedWith}: ${formatSize(bytes)}.`;
}

function runLine({ reference, exposedPorts }: LocalImage): string {
  const ports = exposedPorts.map((exposed) => exposed.replace(/\/tcp$/, ''));
  const published = ports.map((port) => `-p ${port.split('/')[0]}:${port} `);
  return `docker run --rm -it --init ${published.join('')}${reference}`;
}

/** `1.2 MB`: decimal, as Docker shows sizes. */
function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 72 ? `${line.slice(0, 71)}…` : line;
}
