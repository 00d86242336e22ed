await fetch(`/api/deployments/${deploymentId}/scaling/manual`, {
  method: 'POST',
  headers: {
    'Authorization': `Bearer ${token}`,
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    targetInstances: 5,
    reason: 'Expected traffic spike for product launch'
  })
});
