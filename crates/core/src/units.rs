//! Quantities. A number with a unit is a type, so that only legal arithmetic compiles.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nano-units in one unit of a currency.
const NANOS: f64 = 1e9;
/// Microseconds in an hour, the finest step of time that is priced.
const MICROSECONDS_PER_HOUR: i128 = 3_600_000_000;
/// Billionths in a whole.
const BILLION: i128 = 1_000_000_000;

/// What is wrong with a number that was to become a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAQuantity {
    /// NaN or infinite.
    #[error("is not a finite number")]
    NotFinite,
    /// Below zero.
    #[error("is negative")]
    Negative,
}

/// How many instances. Any count is legal; arithmetic saturates at 0 and at `u32::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Instances(pub u32);

impl Instances {
    /// None at all.
    pub const ZERO: Self = Self(0);
    /// Exactly one.
    pub const ONE: Self = Self(1);

    /// The count as a float, for formulas.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0)
    }
}

impl Add for Instances {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Instances {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Instances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! non_negative {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub struct $name(f64);

        impl $name {
            /// Nothing of it.
            pub const ZERO: Self = Self(0.0);

            /// Takes a finite number that is not negative.
            ///
            /// # Errors
            /// [`NotAQuantity`] for NaN, infinities and negatives.
            pub fn new(value: f64) -> Result<Self, NotAQuantity> {
                if !value.is_finite() {
                    Err(NotAQuantity::NotFinite)
                } else if value < 0.0 {
                    Err(NotAQuantity::Negative)
                } else {
                    Ok(Self(value))
                }
            }

            /// The bare number.
            #[must_use]
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = f64::deserialize(deserializer)?;
                Self::new(value).map_err(serde::de::Error::custom)
            }
        }
    };
}

non_negative!(
    /// A share: 0.8, never 80. May exceed 1 (usage over request).
    Ratio
);
non_negative!(
    /// CPU cores of one instance, or in use.
    Cores
);
non_negative!(
    /// Gigabytes of 10⁹ bytes.
    Gigabytes
);

/// An exact amount of the ledger's currency, in nano-units. Negative amounts are savings.
///
/// On the wire it is a plain number of currency units (`0.25`), in SQLite the integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct Money(i64);

/// An exact price of time: nano-units of the currency per hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct MoneyPerHour(i64);

macro_rules! exact {
    ($name:ident) => {
        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// From nano-units.
            #[must_use]
            pub const fn from_nanos(nanos: i64) -> Self {
                Self(nanos)
            }

            /// The nano-units.
            #[must_use]
            pub const fn nanos(self) -> i64 {
                self.0
            }

            /// Rounded half-even to the nano-unit, once; saturates at ±9.2 billion units; NaN is zero.
            #[must_use]
            pub fn from_units(units: f64) -> Self {
                Self((units * NANOS).round_ties_even() as i64)
            }

            /// As a float of currency units, for display and for the wire.
            #[must_use]
            pub fn as_units(self) -> f64 {
                self.0 as f64 / NANOS
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(self.0.saturating_neg())
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
                parts.fold(Self::ZERO, Add::add)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.as_units())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let units = f64::deserialize(deserializer)?;
                if units.is_finite() { Ok(Self::from_units(units)) } else { Err(serde::de::Error::custom(NotAQuantity::NotFinite)) }
            }
        }
    };
}

exact!(Money);
exact!(MoneyPerHour);

/// An exact amount of what is paid for, in billionths of its unit: core-hours, GB-hours, MB transferred.
///
/// The ledger keeps it beside the money, so that a past hour can be priced anew. On the wire a plain number of units, in SQLite the integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct Quantity(i64);

exact!(Quantity);

impl Quantity {
    /// `share` of what `instances` with `size` each hold over a time: `instances × size × share × time`, rounded half-even once.
    ///
    /// `size` and `share` are taken to nine digits first, so that the product is one of integers and the same on every machine. 2 instances of
    /// 2 cores, half used, for 15 minutes: `2 × 2 × 0.5 × 0.25 = 0.5` core-hours.
    #[must_use]
    pub fn held(instances: Instances, size: f64, share: f64, time: TimeDelta) -> Self {
        let microseconds = i128::from(time.num_microseconds().unwrap_or(i64::MAX));
        let product = i128::from(instances.0)
            .saturating_mul(i128::from(Self::from_units(size).0))
            .saturating_mul(i128::from(Self::from_units(share).0))
            .saturating_mul(microseconds);
        Self(divide_half_even(product, BILLION * MICROSECONDS_PER_HOUR))
    }
}

/// So much of something at a price for each (a core or a GB for an hour): rounded half-even once to the nano-unit.
impl Mul<Quantity> for MoneyPerHour {
    type Output = Money;
    fn mul(self, quantity: Quantity) -> Money {
        Money(divide_half_even(i128::from(self.0) * i128::from(quantity.0), BILLION))
    }
}

/// So much of something at a price for each (a MB): rounded half-even once to the nano-unit.
impl Mul<Quantity> for Money {
    type Output = Self;
    fn mul(self, quantity: Quantity) -> Self {
        Self(divide_half_even(i128::from(self.0) * i128::from(quantity.0), BILLION))
    }
}

/// A price per hour held for a time, rounded half-even once to the nano-unit.
impl Mul<TimeDelta> for MoneyPerHour {
    type Output = Money;
    fn mul(self, time: TimeDelta) -> Money {
        let microseconds = i128::from(time.num_microseconds().unwrap_or(i64::MAX));
        Money(divide_half_even(i128::from(self.0) * microseconds, MICROSECONDS_PER_HOUR))
    }
}

/// A price per hour for that many instances.
impl Mul<Instances> for MoneyPerHour {
    type Output = Self;
    fn mul(self, instances: Instances) -> Self {
        Self(self.0.saturating_mul(i64::from(instances.0)))
    }
}

/// `numerator / denominator` to the nearest integer, ties to the even one, saturated to `i64`. `denominator` > 0.
fn divide_half_even(numerator: i128, denominator: i128) -> i64 {
    let quotient = numerator.div_euclid(denominator);
    let twice_rest = 2 * numerator.rem_euclid(denominator);
    let up = twice_rest > denominator || (twice_rest == denominator && quotient % 2 != 0);
    let rounded = quotient + i128::from(up);
    rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_a_price_is_that_price() {
        let price = MoneyPerHour::from_units(0.05);
        assert_eq!(price * TimeDelta::hours(1), Money::from_units(0.05));
        // 0.05 $/h for 15 minutes: 0.0125 $
        assert_eq!(price * TimeDelta::minutes(15), Money::from_nanos(12_500_000));
    }

    #[test]
    fn ties_go_to_the_even_nano_unit() {
        // 1 nano/h for half an hour is 0.5 nano, 3 nano/h is 1.5 nano.
        assert_eq!(MoneyPerHour::from_nanos(1) * TimeDelta::minutes(30), Money::from_nanos(0));
        assert_eq!(MoneyPerHour::from_nanos(3) * TimeDelta::minutes(30), Money::from_nanos(2));
    }

    #[test]
    fn quantities_refuse_what_is_no_quantity() {
        assert_eq!(Ratio::new(f64::NAN), Err(NotAQuantity::NotFinite));
        assert_eq!(Cores::new(-0.1), Err(NotAQuantity::Negative));
        assert!(serde_json::from_str::<Gigabytes>("-1").is_err());
    }
}
