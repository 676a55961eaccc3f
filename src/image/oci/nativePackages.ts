import { open, readFile } from 'node:fs/promises';
import type { LayerEntry } from './layer.ts';

/** An installed package with machine code in it, and where that code runs. */
export interface NativePackage {
  name: string;
  /** `amd64/glibc`, `arm64/musl`, `amd64/any` (needs no C library), `darwin`, `win32`; sorted. Empty: not compiled yet. */
  runsOn: string[];
  /** Node's ABI number where the code was compiled here against it; null: any Node runs it. */
  abi: string | null;
}

/** Machines of the ELF header. Source: System V ABI, `e_machine`. */
const MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
};
const MACH_O = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);
const MACHINE_AT = 18;

/** Looks through installed files for machine code; one entry for each package that has some or is yet to compile it. */
export async function nativePackages(entries: readonly LayerEntry[]): Promise<NativePackage[]> {
  const packages = new Map<string, { runsOn: Set<string>; abi: string | null }>();
  const of = (path: string) => {
    const name = packageOf(path);
    const known = packages.get(name) ?? { runsOn: new Set<string>(), abi: null };
    packages.set(name, known);
    return known;
  };
  for (const entry of entries) {
    if (entry.type !== 'file' || !('diskPath' in entry) || packageOf(entry.path) === '') continue;
    if (entry.path.endsWith('/binding.gyp')) of(entry.path);
    if (!mayBeMachineCode(entry)) continue;
    const found = await machineCode(entry.diskPath);
    if (found === null) continue;
    const known = of(entry.path);
    known.runsOn.add(found.runsOn);
    if (entry.path.includes('/build/Release/') && !found.nodeApi) known.abi = process.versions.modules;
  }
  return [...packages]
    .map(([name, { runsOn, abi }]) => ({ name, runsOn: [...runsOn].sort(), abi }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `@scope/name` of the innermost package that holds a path, or `''`. */
function packageOf(path: string): string {
  const match = /.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\//.exec(path);
  return match?.[1] ?? '';
}

function mayBeMachineCode(entry: { path: string; executable: boolean }): boolean {
  return (
    /\.(node|so|dylib|dll|exe)$|\.so\.\d/.test(entry.path) ||
    (entry.executable && !/\.\w{1,4}$/.test(entry.path))
  );
}

async function machineCode(file: string): Promise<{ runsOn: string; nodeApi: boolean } | null> {
  const head = await readHead(file);
  if (head.length < 20) return null;
  if (head.readUInt32BE(0) === 0x7f454c46) return elf(await readFile(file));
  if (MACH_O.has(head.readUInt32BE(0))) return { runsOn: 'darwin', nodeApi: true };
  if (head.readUInt16BE(0) === 0x4d5a) return { runsOn: 'win32', nodeApi: true };
  return null;
}

function elf(bytes: Buffer): { runsOn: string; nodeApi: boolean } {
  const littleEndian = bytes[5] === 1;
  const machine = littleEndian ? bytes.readUInt16LE(MACHINE_AT) : bytes.readUInt16BE(MACHINE_AT);
  const musl = bytes.includes('libc.musl-') || bytes.includes('ld-musl-');
  const glibc = bytes.includes('libc.so.6') || bytes.includes('ld-linux');
  const libc = musl ? 'musl' : glibc ? 'glibc' : 'any';
  const nodeApi = bytes.includes('napi_register_module_v1') || bytes.includes('napi_module_register');
  return { runsOn: `${MACHINES[machine] ?? `machine-${machine}`}/${libc}`, nodeApi };
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
