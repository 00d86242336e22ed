//! How many instances the rest of a period can pay for.

use chrono::TimeDelta;

use crate::units::{Instances, Money, MoneyPerHour};

/// Microseconds in an hour.
const MICROSECONDS_PER_HOUR: i128 = 3_600_000_000;

/// One deployment of a budget's scope, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// What all of its instances cost now.
    pub cost_per_hour: MoneyPerHour,
    /// Nobody scales it: what it costs now is what it will cost.
    pub is_fixed: bool,
}

/// What is left for those that are scaled: the rest of the limit, less what the fixed ones will spend. Never negative.
#[must_use]
pub fn left_to_share(limit: Money, spent: Money, members: &[Member], time_left: TimeDelta) -> Money {
    let fixed = members.iter().filter(|member| member.is_fixed).fold(MoneyPerHour::ZERO, |sum, member| sum + member.cost_per_hour);
    (limit - spent - fixed * time_left).max(Money::ZERO)
}

/// The most instances of one deployment that the rest of a period can pay for:
/// `floor(its share of what is left ÷ (hours left × price of an instance-hour))`.
///
/// `left` is [`left_to_share`]. The deployment's share is pro rata to what each of those that share costs now (`own` of `all`; all of it
/// where nothing costs anything yet). So a deployment alone in its scope gets `floor((limit − spent) ÷ (hours left × price))`, and the
/// counts of a shared scope together never cost more than what is left. Instances that cost nothing have no limit.
///
/// $100 left, 200 h, $0.05 an instance-hour: `floor(100 ÷ 10) = 10`. With a quarter of the scope's $/h: `floor(25 ÷ 10) = 2`.
#[must_use]
pub fn affordable(left: Money, time_left: TimeDelta, own: MoneyPerHour, all: MoneyPerHour, price: MoneyPerHour) -> Instances {
    if price <= MoneyPerHour::ZERO || time_left <= TimeDelta::zero() {
        return Instances(u32::MAX);
    }
    let left = i128::from(left.nanos().max(0));
    let (own, all) = (i128::from(own.nanos().max(0)), i128::from(all.nanos()));
    let share = if all <= 0 { left } else { left * own.min(all) / all };
    let time = i128::from(time_left.num_microseconds().unwrap_or(i64::MAX));
    let count = share * MICROSECONDS_PER_HOUR / (time * i128::from(price.nanos()));
    Instances(u32::try_from(count).unwrap_or(u32::MAX))
}
