import { resolve } from 'node:path';

import ts from 'typescript';
import { expect, it } from 'vitest';

/** The guide's example of a page, as it is printed. */
const PRINTED = `import AutoScalingDashboard from '@/components/scaling/AutoScalingDashboard';

function DeploymentDetails({ deploymentId }: { deploymentId: string }) {
  return (
    <div className="space-y-6">
      <AutoScalingDashboard deploymentId={deploymentId} />
    </div>
  );
}
`;

function faultsOf(text: string): string[] {
  const top = resolve(import.meta.dirname, '../..');
  const read = ts.readConfigFile(resolve(top, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  // As printed it is used by nobody.
  const changed = { noUnusedLocals: false, incremental: false };
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, top, changed);
  delete options.tsBuildInfoFile;
  const file = resolve(top, 'src/testing/DeploymentDetails.tsx');
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.readFile = (path) => (resolve(path) === file ? text : readFile(path));
  host.fileExists = (path) => resolve(path) === file || fileExists(path);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return found.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, ' '));
}

it('compiles the guide’s page as it is printed', () => {
  expect(faultsOf(PRINTED)).toEqual([]);
}, 120_000);

it('would find what does not fit', () => {
  const faults = faultsOf(PRINTED.replace('deploymentId={deploymentId}', 'deployment={1}'));
  expect(faults.join()).toContain("Property 'deployment' does not exist");
}, 120_000);
