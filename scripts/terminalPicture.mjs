// Draws docs/demo.svg, the README's picture: the demo's own output from its second half, in colour.
// Usage: npm run docs:picture
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// One file for both streams keeps the order in which a terminal shows them.
const file = join(mkdtempSync(join(tmpdir(), 'shipyarn-picture-')), 'output');
const output = openSync(file, 'w');
const run = spawnSync(process.execPath, ['dist/bin.cjs', 'demo', '--builder', 'oci'], {
  env: { ...process.env, FORCE_COLOR: '1' },
  stdio: ['ignore', output, output],
});
const text = readFileSync(file, 'utf8');
const lines = text.split('\n');
const from = lines.findIndex((line) => line.includes('$ shipyarn affected'));
const to = lines.findIndex((line, index) => index > from && line.includes('── The changelog'));
if (run.status !== 0 || from === -1 || to === -1) throw new Error(`the demo failed:\n${text}`);

// Select Graphic Rendition sequences, as src/report/style.ts writes them.
const escapeCharacter = String.fromCharCode(27);
const colours = { 31: '#e06c75', 32: '#98c379', 33: '#e5c07b', 36: '#56b6c2' };
const size = { line: 19, top: 24, left: 16, width: 860 };
const shown = lines.slice(from, to).map((line) => line.replace(/\/\S*\/remotes\//g, '…/'));

function spans(line) {
  let style = '';
  return line
    .split(new RegExp(`(${escapeCharacter}\\[\\d+m)`))
    .map((part) => {
      const code = part.startsWith(escapeCharacter) ? part.slice(2, -1) : undefined;
      if (code === undefined) return part === '' ? '' : `<tspan${style}>${escapeXml(part)}</tspan>`;
      if (code === '1') style = ' font-weight="bold"';
      else if (code === '2') style = ' fill="#7f848e"';
      else style = colours[code] === undefined ? '' : ` fill="${colours[code]}"`;
      return '';
    })
    .join('');
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const height = size.top * 2 + shown.length * size.line;
const rows = shown.map(
  (line, index) =>
    `<text x="${size.left}" y="${size.top + (index + 1) * size.line}" xml:space="preserve">${spans(line)}</text>`,
);
writeFileSync(
  'docs/demo.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#d7dae0">
<title>shipyarn affected, then shipyarn release, in a terminal</title>
<rect width="100%" height="100%" rx="8" fill="#21252b"/>
${rows.join('\n')}
</svg>
`,
);
