# View auto-scaling logs
grep "AutoScalingService" backend.log

# View resource optimization logs
grep "ResourceOptimizerService" backend.log

# View scaling events
grep "scaling:executed" backend.log
