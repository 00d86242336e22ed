import { Plus } from 'lucide-react';
import { useNavigate } from 'react-router';

import { useRefusal } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { ADD_COMMAND } from './addresses';

/** Asks for another command to run as a deployment. */
export function AddDeploymentButton() {
  const navigate = useNavigate();
  const refused = useRefusal('add_local_deployment');
  return (
    <Button icon={<Plus size={14} />} disabledReason={refused} onClick={() => void navigate(ADD_COMMAND)}>
      Add deployment
    </Button>
  );
}
