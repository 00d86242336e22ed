await fetch(`/api/deployments/${deploymentId}/resources/budget`, {
  method: 'PUT',
  headers: {
    'Authorization': `Bearer ${token}`,
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    monthlyLimit: 500, // $500/month
    warningThreshold: 75, // Alert at 75%
    criticalThreshold: 90, // Critical alert at 90%
    isEnabled: true
  })
});
