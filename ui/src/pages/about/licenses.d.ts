/** Made by `ui/licenses.ts` at each build. */
declare module 'virtual:licenses' {
  /** Every package of others that is in what ships, by name. */
  export const packages: {
    name: string;
    version: string;
    license: string;
    from: 'Rust' | 'npm';
    texts: number[];
  }[];
  /** The license texts that packages bring, each once. */
  export const texts: string[];
}
