const status = await fetch(`/api/deployments/${deploymentId}/scaling/status`, {
  headers: { 'Authorization': `Bearer ${token}` }
});

const data = await status.json();
console.log('Current instances:', data.currentInstances);
console.log('Auto-scaling enabled:', data.isAutoScalingEnabled);
