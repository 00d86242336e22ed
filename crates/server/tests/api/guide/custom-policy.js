const customPolicy = {
  name: 'Custom High-Performance API',
  metrics: [
    {
      metric: 'response_time',
      threshold: 0.3, // 30% of max acceptable (500ms -> 150ms trigger)
      comparison: 'gt',
      weight: 0.4
    },
    {
      metric: 'cpu',
      threshold: 0.7,
      comparison: 'gt',
      weight: 0.35
    },
    {
      metric: 'error_rate',
      threshold: 0.01, // 1% error rate
      comparison: 'gt',
      weight: 0.25
    }
  ],
  scaleUpThreshold: 0.65,
  scaleDownThreshold: 0.35,
  cooldownPeriod: 180, // 3 minutes
  minInstances: 3,
  maxInstances: 25,
  isEnabled: true
};
