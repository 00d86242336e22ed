import io from 'socket.io-client';

const socket = io('ws://localhost:3000', {
  auth: { token: JWT_TOKEN }
});

// Subscribe to scaling events
socket.emit('subscribe:deployment', { deploymentId });

// Listen for scaling events
socket.on('scaling:executed', (data) => {
  console.log(`Scaled from ${data.fromInstances} to ${data.toInstances}`);
  console.log(`Reason: ${data.reason}`);
});

socket.on('budget:alert', (data) => {
  console.log(`Budget alert: ${data.message}`);
});
