// Using a template (recommended)
const response = await fetch(`/api/deployments/${deploymentId}/scaling/policy`, {
  method: 'POST',
  headers: {
    'Authorization': `Bearer ${token}`,
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    templateId: 'web-app-balanced',
    name: 'My Web App Scaling',
    minInstances: 2,
    maxInstances: 20
  })
});
