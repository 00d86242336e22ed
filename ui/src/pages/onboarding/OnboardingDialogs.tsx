import { useSearchParams } from 'react-router';

import { AddDeploymentDialog } from './AddDeploymentDialog';
import { RemoveDeploymentDialog } from './RemoveDeploymentDialog';

/** The dialogs that any page opens by its address: `?add=command`, `?remove=<deployment>`. Once beside the pages. */
export function OnboardingDialogs() {
  const [search, setSearch] = useSearchParams();
  const close = (name: 'add' | 'remove') => {
    setSearch(
      (parameters) => {
        parameters.delete(name);
        return parameters;
      },
      { replace: true },
    );
  };
  return (
    <>
      <AddDeploymentDialog
        open={search.get('add') === 'command'}
        onClose={() => {
          close('add');
        }}
      />
      <RemoveDeploymentDialog
        deploymentId={search.get('remove')}
        onClose={() => {
          close('remove');
        }}
      />
    </>
  );
}
