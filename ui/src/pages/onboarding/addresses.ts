/** Opens the dialog to run a command of one's own over the page at hand. */
export const ADD_COMMAND = '?add=command';

/** Opens the question whether a deployment is to be removed. */
export function removeAddress(deploymentId: string): string {
  return `?remove=${encodeURIComponent(deploymentId)}`;
}
