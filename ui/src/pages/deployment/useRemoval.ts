import { useCommand } from '../../backend/useOperation';
import { useToast } from '../../components/Toast/Toast';

/** Takes a deployment out of Headroom, then says so and leaves its page. */
export function useRemoval(name: string, onRemoved: () => void) {
  const toast = useToast();
  const remove = useCommand('remove_deployment');
  return {
    isPending: remove.isPending,
    mutate: (input: { deploymentId: string }) => {
      remove.mutate(input, {
        onSuccess: () => {
          toast({ tone: 'info', message: `Removed ${name} from Headroom.` });
          onRemoved();
        },
      });
    },
  };
}
