import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import path from 'node:path';

/** One entry of a root file system. `mode` is the permission bits; `owner` is both the user's and the group's id. */
export type RootEntry = { readonly mode: number; readonly owner: number } & (
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'file'; readonly size: number; readonly source: string | Buffer }
);

/** A root file system in the making: host files and texts of our own, keyed by their absolute path in the image. */
export class RootFileSystem {
  readonly #entries = new Map<string, RootEntry>();

  /** Path → entry, sorted by path, so parents stand before their children. */
  entries(): ReadonlyMap<string, RootEntry> {
    return new Map([...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  directory(target: string, mode = 0o755, owner = 0): void {
    if (target === '/') return;
    this.directory(path.posix.dirname(target));
    if (!this.#entries.has(target)) this.#entries.set(target, { type: 'directory', mode, owner });
  }

  text(target: string, content: string | Buffer): void {
    const source = Buffer.from(content);
    this.#set(target, { type: 'file', mode: 0o644, owner: 0, size: source.length, source });
  }

  link(target: string, pointsTo: string): void {
    this.#set(target, { type: 'symlink', mode: 0o777, owner: 0, target: pointsTo });
  }

  async copy(source: string, target: string): Promise<void> {
    const { mode, size } = await stat(source);
    this.#set(target, { type: 'file', mode: mode & 0o111 ? 0o755 : 0o644, owner: 0, size, source });
  }

  async copyTree(source: string, target: string): Promise<void> {
    const found = await readdir(source, { withFileTypes: true, recursive: true });
    const files = found
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    await Promise.all(files.map((file) => this.copy(file, path.join(target, path.relative(source, file)))));
  }

  /**
   * Copies a host file to the same path, with every symlink on the way there (`/lib` → `usr/lib`, `sh` → `dash`),
   * in the way the kernel follows them: path_resolution(7). The file has to exist.
   */
  async copyWithLinks(source: string): Promise<void> {
    const pending = source.split('/');
    let here = '/';
    for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
      if (name === '..') this.directory(here);
      const next = path.posix.join(here, name);
      if (name === '' || name === '.' || name === '..' || !(await lstat(next)).isSymbolicLink()) {
        here = next;
        continue;
      }
      const target = await readlink(next);
      this.link(next, target);
      pending.unshift(...target.split('/'));
      if (path.posix.isAbsolute(target)) here = '/';
    }
    return this.copy(here, here);
  }

  #set(target: string, entry: RootEntry): void {
    this.directory(path.posix.dirname(target));
    this.#entries.set(target, entry);
  }
}
