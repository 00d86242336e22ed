export { default } from './AutoScalingDashboard';
