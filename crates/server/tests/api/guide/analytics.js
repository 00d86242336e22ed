const analytics = await fetch(`/api/deployments/${deploymentId}/resources/optimize`, {
  headers: { 'Authorization': `Bearer ${token}` }
});

const data = await analytics.json();
console.log('Cost analytics:', data.costAnalytics);
console.log('Recommendations:', data.recommendations);
