//! KEDA's part of a decision: zero and back, and what a trigger that fails reports instead.
//!
//! Between one and many it leaves the count to the HPA ([`super::kubernetes`]).

use super::kubernetes::{average_value_replicas, largest_valid};

/// What a trigger that has failed too often stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FallbackBehavior {
    /// That many replicas.
    Static,
    /// As many as there are.
    CurrentReplicas,
    /// As many as there are, if that is more.
    CurrentReplicasIfHigher,
    /// As many as there are, if that is fewer.
    CurrentReplicasIfLower,
}

/// The fallback of a `ScaledObject`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fallback {
    /// So many failures in a row are an error; more are a fallback.
    pub failure_threshold: u32,
    /// The replicas to fall back to.
    pub replicas: u32,
    /// How they and the current count are combined.
    pub behavior: FallbackBehavior,
}

impl Fallback {
    fn count(&self, current: u32) -> u32 {
        match self.behavior {
            FallbackBehavior::Static => self.replicas,
            FallbackBehavior::CurrentReplicas => current,
            FallbackBehavior::CurrentReplicasIfHigher => self.replicas.max(current),
            FallbackBehavior::CurrentReplicasIfLower => self.replicas.min(current),
        }
    }
}

/// One trigger: its average target value and how often it has failed in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trigger {
    /// Per replica.
    pub target_value: f64,
    /// The trigger is active above this.
    pub activation_value: f64,
    failures: u32,
}

impl Trigger {
    /// A trigger that has not failed.
    #[must_use]
    pub const fn new(target_value: f64, activation_value: f64) -> Self {
        Self { target_value, activation_value, failures: 0 }
    }

    /// What the HPA is told after a poll: the value, the fallback's `target × replicas` after too many failures, or an error (`None`).
    pub fn report(&mut self, polled: Option<f64>, fallback: Option<&Fallback>, current: u32) -> Option<f64> {
        if polled.is_some() {
            self.failures = 0;
            return polled;
        }
        self.failures = self.failures.saturating_add(1);
        let fallback = fallback.filter(|fallback| self.failures > fallback.failure_threshold)?;
        Some(self.target_value * f64::from(fallback.count(current)))
    }
}

/// The settings of a `ScaledObject`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Never fewer; 0 lets it go to zero.
    pub min_replicas: u32,
    /// Never more.
    pub max_replicas: u32,
    /// Seconds without activity after which it goes to zero.
    pub cooldown_seconds: f64,
    /// Seconds after its creation in which it does not.
    pub initial_cooldown_seconds: f64,
    /// What a failing trigger falls back to.
    pub fallback: Option<Fallback>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { min_replicas: 0, max_replicas: 100, cooldown_seconds: 300.0, initial_cooldown_seconds: 0.0, fallback: None }
    }
}

/// A `ScaledObject` with its triggers, created at second 0.
#[derive(Debug, Clone)]
pub struct ScaledObject {
    settings: Settings,
    triggers: Vec<Trigger>,
    active_at: Option<f64>,
}

impl ScaledObject {
    /// One that was never active.
    #[must_use]
    pub const fn new(settings: Settings, triggers: Vec<Trigger>) -> Self {
        Self { settings, triggers, active_at: None }
    }

    /// One poll of all triggers; `None` is a failed one. The count that KEDA and the HPA behind it ask for, before stabilization.
    pub fn poll(&mut self, now: f64, current: u32, polled: &[Option<f64>]) -> u32 {
        let settings = self.settings;
        let pairs = self.triggers.iter().zip(polled);
        let is_active = pairs.clone().any(|(trigger, value)| value.is_some_and(|value| value > trigger.activation_value));
        let has_error = pairs.clone().any(|(_, value)| value.is_none());
        let reports: Vec<_> = self
            .triggers
            .iter_mut()
            .zip(polled)
            .map(|(trigger, value)| (trigger.report(*value, settings.fallback.as_ref(), current), trigger.target_value))
            .collect();
        if is_active {
            if !has_error || self.active_at.is_none() {
                self.active_at = Some(now);
            }
            if current == 0 {
                return settings.min_replicas.max(1);
            }
        } else if !has_error {
            if current > 0 && settings.min_replicas == 0 && self.has_cooled_down(now) {
                return 0;
            }
            if current < settings.min_replicas {
                return settings.min_replicas;
            }
        }
        if current == 0 {
            return 0;
        }
        let wishes: Vec<_> = reports
            .iter()
            .map(|(report, target_value)| report.map(|value| average_value_replicas(current, value, *target_value)))
            .collect();
        let wanted = largest_valid(current, &wishes).unwrap_or(current);
        wanted.clamp(settings.min_replicas.max(1), settings.max_replicas)
    }

    fn has_cooled_down(&self, now: f64) -> bool {
        match self.active_at {
            None => self.settings.initial_cooldown_seconds < now,
            Some(at) => at + self.settings.cooldown_seconds < now,
        }
    }
}
