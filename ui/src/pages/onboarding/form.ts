import type { AddLocalDeployment } from '../../backend/generated/AddLocalDeployment';
import type { Fault } from '../../backend/generated/Fault';
import { parseCommand } from './command';

/** What a person types to run a command of their own; each value as it was typed. */
export interface CommandForm {
  name: string;
  command: string;
  workingFolder: string;
  health: 'http' | 'tcp';
  healthPath: string;
  cpuCores: string;
  memoryGb: string;
  instances: string;
  responseTimeMs: string;
  tags: string;
}

/** The form as it opens. What is left empty is chosen by the engine. */
export const EMPTY_FORM: CommandForm = {
  name: '',
  command: '',
  workingFolder: '',
  health: 'http',
  healthPath: '/',
  cpuCores: '1',
  memoryGb: '0.5',
  instances: '1',
  responseTimeMs: '',
  tags: '',
};

/** Everything that is wrong with the form, each at the field that the engine would name. */
export function faultsOf(form: CommandForm, taken: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  const unless = (good: boolean, field: string, message: string) => {
    if (!good) faults.push({ field, message });
  };
  const name = form.name.trim();
  unless(name !== '', 'name', 'Give it a name.');
  unless(name.length <= 200, 'name', 'A name has at most 200 characters.');
  unless(!taken.includes(name), 'name', `There is a deployment called “${name}” already.`);
  const { fault } = parseCommand(form.command);
  if (fault !== null) faults.push({ field: 'argv', message: fault });
  const folder = form.workingFolder.trim();
  unless(folder === '' || isWhole(folder), 'workingFolder', 'Name the whole path of the folder, from the root.');
  unless(
    form.health === 'tcp' || /^\/\S*$/.test(form.healthPath),
    'health.path',
    'Begin the path with /, without spaces: /healthz.',
  );
  unless(isOver(0, form.cpuCores), 'cpuCores', 'Type how many cores, such as 0.5.');
  unless(isOver(0, form.memoryGb), 'memoryGb', 'Type how many GB, such as 0.5.');
  unless(/^\d+$/.test(form.instances.trim()) && isOver(0, form.instances), 'instances', 'Start with 1 or more.');
  unless(
    form.responseTimeMs.trim() === '' || isOver(0, form.responseTimeMs),
    'responseTimeMs',
    'Type milliseconds, such as 500, or nothing.',
  );
  return faults;
}

/** The form as the engine takes it. Only for one without faults. */
export function inputOf(form: CommandForm): AddLocalDeployment {
  const tags = form.tags.split(',').map((tag) => tag.trim()).filter((tag) => tag !== '');
  const folder = form.workingFolder.trim();
  return {
    name: form.name.trim(),
    argv: [...parseCommand(form.command).argv],
    health: form.health === 'tcp' ? { kind: 'tcp' } : { kind: 'http', path: form.healthPath.trim() },
    cpuCores: numberOf(form.cpuCores),
    memoryGb: numberOf(form.memoryGb),
    instances: numberOf(form.instances),
    ...(folder === '' ? {} : { workingFolder: folder }),
    ...(form.responseTimeMs.trim() === '' ? {} : { responseTimeMs: numberOf(form.responseTimeMs) }),
    ...(tags.length === 0 ? {} : { tags }),
  };
}

/** From the root, here or on Windows. */
function isWhole(folder: string): boolean {
  return folder.startsWith('/') || /^[A-Za-z]:[\\/]/.test(folder) || folder.startsWith('\\\\');
}

function isOver(least: number, text: string): boolean {
  const value = numberOf(text);
  return Number.isFinite(value) && value > least;
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.'));
}
