import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** One package of others that is in what ships. */
interface ShippedPackage {
  name: string;
  version: string;
  license: string;
  from: 'Rust' | 'npm';
  /** Which of the texts are its own. */
  texts: number[];
}

const VIRTUAL = 'virtual:licenses';
/** What ships: the app and `headroomd`. */
const ROOTS = ['headroom', 'headroom-server'];
const TEXT_FILE = /^(licen[cs]e|copying|notice|unlicense|copyright)/i;

/**
 * `virtual:licenses`: every package of others that is in the app, in `headroomd` and in the window, with its license and the texts that it
 * brings. Made anew at each build from what cargo resolves and from the lock file of npm, so that it cannot be out of date.
 */
export function licenses(): Plugin {
  return {
    name: 'headroom-licenses',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : null),
    load(id) {
      if (id !== `\0${VIRTUAL}`) return null;
      const texts = new Texts();
      const packages = [...rustPackages(texts), ...npmPackages(texts)];
      packages.sort((one, other) => one.name.localeCompare(other.name, 'en') || one.version.localeCompare(other.version, 'en'));
      return `export const packages = ${literal(packages)};\nexport const texts = ${literal(texts.all)};\n`;
    },
  };
}

/** As a string that is parsed when it is needed: engines read that faster than as much of a program. */
function literal(value: unknown): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
}

/** Each text once: hundreds of packages share a few. */
class Texts {
  readonly all: string[] = [];
  readonly #known = new Map<string, number>();

  in(folder: string): number[] {
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder).filter((file) => TEXT_FILE.test(file) && statSync(join(folder, file)).isFile());
    return files.sort().map((file) => this.#number(readFileSync(join(folder, file), 'utf8').replaceAll('\r', '').trim()));
  }

  #number(text: string): number {
    const hash = createHash('sha256').update(text.split(/\s+/).join(' ')).digest('hex');
    const known = this.#known.get(hash);
    if (known !== undefined) return known;
    this.#known.set(hash, this.all.length);
    return this.all.push(text) - 1;
  }
}

interface CargoMetadata {
  packages: { id: string; name: string; version: string; license: string | null; source: string | null; manifest_path: string }[];
  resolve: { nodes: { id: string; deps: { pkg: string; dep_kinds: { kind: string | null }[] }[] }[] };
}

/** What the programs are linked from on this platform, without what only builds or tests them. */
function rustPackages(texts: Texts): ShippedPackage[] {
  const top = join(import.meta.dirname, '..');
  const host = /^host: (.*)$/m.exec(run('rustc', ['-vV'], top))?.[1] ?? '';
  const metadata: CargoMetadata = JSON.parse(
    run('cargo', ['metadata', '--locked', '--format-version', '1', '--filter-platform', host], top),
  );
  const needs = new Map(metadata.resolve.nodes.map(({ id, deps }) => [id, deps]));
  const reached = new Set<string>();
  const toDo = metadata.packages.filter(({ name, source }) => source === null && ROOTS.includes(name)).map(({ id }) => id);
  for (let id = toDo.pop(); id !== undefined; id = toDo.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    const ships = (needs.get(id) ?? []).filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null));
    toDo.push(...ships.map(({ pkg }) => pkg));
  }
  return metadata.packages
    .filter(({ id, source }) => source !== null && reached.has(id))
    .map(({ name, version, license, manifest_path }) => ({
      name,
      version,
      license: (license ?? 'see its text').replaceAll('/', ' OR '),
      from: 'Rust',
      texts: texts.in(dirname(manifest_path)),
    }));
}

interface PackageLock {
  packages: Record<string, { version?: string; license?: string; dev?: boolean }>;
}

/** What is in the window, without the tools that build and check it. */
function npmPackages(texts: Texts): ShippedPackage[] {
  const here = import.meta.dirname;
  const lock: PackageLock = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: version ?? '',
      license: license ?? ownLicense(join(here, path)),
      from: 'npm',
      texts: texts.in(join(here, path)),
    }));
}

/** Some packages say their license in the form of old, which the lock file leaves out. */
function ownLicense(folder: string): string {
  const { licenses }: { licenses?: { type: string }[] } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return licenses?.map(({ type }) => type).join(' OR ') ?? 'see its text';
}

function run(program: string, words: string[], folder: string): string {
  return execFileSync(program, words, { cwd: folder, encoding: 'utf8', maxBuffer: 256 << 20, stdio: ['ignore', 'pipe', 'inherit'] });
}
