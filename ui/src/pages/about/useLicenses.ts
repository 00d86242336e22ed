import { useQuery } from '@tanstack/react-query';

/** A package of others that is in this app. */
export interface ShippedPackage {
  name: string;
  version: string;
  license: string;
  from: 'Rust' | 'npm';
  /** Which of the texts are its own. */
  texts: readonly number[];
}

/** Every package with its license, and the texts of all. */
export interface Licenses {
  packages: readonly ShippedPackage[];
  texts: readonly string[];
}

/** As they were when the window was built; half a megabyte that is read when somebody asks for it. */
export const builtIn = (): Promise<Licenses> => import('virtual:licenses');

/** The packages of others that are in this app. */
export function useLicenses(read: () => Promise<Licenses>) {
  return useQuery({ queryKey: ['licenses'], queryFn: read, staleTime: Infinity });
}
