//! How numbers read in sentences: thousands with commas, a true minus, no-break spaces before units.

use chrono::TimeDelta;

use crate::metric::Metric;
use crate::observation::{Hole, ResponseStatistic};
use crate::price_book::DEFAULT_CURRENCY;
use crate::units::{Money, MoneyPerHour};

/// The no-break space before a unit.
const NBSP: char = '\u{a0}';
/// The true minus.
const MINUS: char = '−';
/// Larger numbers are written in powers of ten: nobody reads so many digits.
const WRITTEN_OUT_UNDER: f64 = 1e12;
/// From here on nobody reads cents.
const CENTS_UNDER: f64 = 100_000.0;
const POWERS_OF_TEN: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];

/// A number with up to four decimals: `1,560`, `−0.25`. From 10¹² on in powers of ten; what is not finite reads "unknown".
///
/// Digits are written by hand: a decision holds a dozen numbers, and the standard formatter was a quarter of its price.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    if value.abs() >= WRITTEN_OUT_UNDER {
        return format!("{value:.1e}").replace('-', "−");
    }
    let decimals = decimals.min(4);
    let mut rest = (value.abs() * POWERS_OF_TEN[decimals]).round() as u64;
    let mut text = String::with_capacity(24);
    if value < 0.0 && rest > 0 {
        text.push(MINUS);
    }
    // 13 digits before the point, 4 commas, the point and 4 decimals, from the last to the first.
    let mut digits = [b'0'; 24];
    let mut first = digits.len();
    let mut place = 0;
    while rest > 0 || place <= decimals {
        if place == decimals && decimals > 0 {
            first -= 1;
            digits[first] = b'.';
        } else if place > decimals && (place - decimals).is_multiple_of(3) {
            first -= 1;
            digits[first] = b',';
        }
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        place += 1;
    }
    text.extend(digits[first..].iter().map(|digit| char::from(*digit)));
    text
}

/// A number with up to this many decimals, without zeros at its end: `0.2`, `2`.
#[must_use]
pub fn trimmed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    if text.contains('.') && !text.contains('e') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A raw reading or trigger with its unit: `92 %`, `0.06 %`, `1,560 ms`, `12.5 rps`.
#[must_use]
pub fn reading(metric: Metric, value: f64) -> String {
    let decimals = match metric {
        Metric::Cpu | Metric::Memory if value >= 10.0 => 0,
        Metric::Cpu | Metric::Memory => 1,
        Metric::ResponseTime if value >= 10.0 => 0,
        Metric::ResponseTime => 1,
        Metric::ErrorRate => 2,
        Metric::Requests if value >= 100.0 => 0,
        Metric::Requests => 1,
    };
    format!("{}{NBSP}{}", trimmed(value, decimals), metric.unit())
}

/// A share as percent: 0.17 is `17 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}{NBSP}%", number(share * 100.0, 0))
}

/// A share as percent with as many decimals as it needs, at most one: 0.99 is `99 %`, 0.999 is `99.9 %`.
#[must_use]
pub fn share(share: f64) -> String {
    format!("{}{NBSP}%", trimmed(share * 100.0, 1))
}

/// A multiple: `1.31 ×`.
#[must_use]
pub fn times(multiple: f64) -> String {
    format!("{}{NBSP}×", number(multiple, 2))
}

/// A score: two decimals.
#[must_use]
pub fn score(score: f64) -> String {
    number(score, 2)
}

/// A length of time, rounded up to the second: `42 s`, `3 min 02 s`, `58 min`, `1 h 05 min`.
#[must_use]
pub fn duration(time: TimeDelta) -> String {
    let seconds = time.num_milliseconds().max(0).saturating_add(999) / 1000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, rest) => format!("{rest}{NBSP}s"),
        (0, minutes, 0) => format!("{minutes}{NBSP}min"),
        (0, minutes, rest) if minutes < 10 => format!("{minutes}{NBSP}min {rest:02}{NBSP}s"),
        (0, minutes, _) => format!("{minutes}{NBSP}min"),
        (hours, 0, _) => format!("{hours}{NBSP}h"),
        (hours, minutes, _) => format!("{hours}{NBSP}h {minutes:02}{NBSP}min"),
    }
}

/// A change of price with its sign: `+$0.16/h`, `−$0.016/h`; three decimals under $0.10.
#[must_use]
pub fn price_change(price: MoneyPerHour) -> String {
    let units = price.as_units();
    let decimals = if units.abs() < 0.1 && units != 0.0 { 3 } else { 2 };
    let sign = if units < 0.0 { MINUS } else { '+' };
    format!("{sign}${}/h", number(units.abs(), decimals))
}

/// An amount to the cent, and from 100,000 on to the unit: `$12.34`, `−$0.50`, `1,240.00 EUR`. What is not nothing never reads as 0.
#[must_use]
pub fn money(amount: Money, currency: &str) -> String {
    let units = amount.as_units();
    let (size, sign) = (units.abs(), if units < 0.0 { "−" } else { "" });
    let text = match size {
        0.0 => "0".to_owned(),
        size if size < 0.005 => return format!("{sign}<{}", in_currency("0.01", currency)),
        size if size < CENTS_UNDER => number(size, 2),
        size => number(size, 0),
    };
    format!("{sign}{}", in_currency(&text, currency))
}

/// A limit or a projection, to the unit: `$9,924`.
#[must_use]
pub fn whole_money(amount: Money, currency: &str) -> String {
    let units = amount.as_units();
    // Under ten units, whole ones say too little.
    if units != 0.0 && units.abs() < 10.0 {
        return money(amount, currency);
    }
    format!("{}{}", if units < 0.0 { "−" } else { "" }, in_currency(&number(units.abs(), 0), currency))
}

fn in_currency(number: &str, currency: &str) -> String {
    if currency == DEFAULT_CURRENCY { format!("${number}") } else { format!("{number}{NBSP}{currency}") }
}

/// What an hour costs: `$1.12/h`, `$0.016/h`, and `1.12 EUR/h` in another currency (ISO 4217); three decimals under 0.1.
#[must_use]
pub fn price_per_hour(price: MoneyPerHour, currency: &str) -> String {
    let units = price.as_units();
    let decimals = if units.abs() < 0.1 && units != 0.0 { 3 } else { 2 };
    let amount = number(units, decimals);
    format!("{}/h", in_currency(&amount, currency))
}

/// The metric's name before its reading: "CPU", "p95" …
#[must_use]
pub fn metric_name(metric: Metric, statistic: ResponseStatistic) -> &'static str {
    match (metric, statistic) {
        (Metric::ResponseTime, ResponseStatistic::P95) => "p95",
        (Metric::ResponseTime, ResponseStatistic::Mean) => "mean response time",
        (Metric::Cpu | Metric::Memory | Metric::ErrorRate | Metric::Requests, _) => metric.words(),
    }
}

/// Why there is no reading, as the end of a sentence.
#[must_use]
pub fn hole(hole: Hole) -> &'static str {
    match hole {
        Hole::NotMeasured => "the source does not measure it",
        Hole::NotYet => "its first window is still open",
        Hole::NoInstance => "no instance is ready",
        Hole::Unreachable => "the source did not answer",
        Hole::Unauthorized => "the source refused the credentials",
        Hole::NotANumber => "the source answered no usable number",
        Hole::Stale => "the last reading is too old",
    }
}

/// "is 1.31 × its", or for what is many "are 1.31 × their".
#[must_use]
pub fn is_times_its(metric: Metric, multiple: f64) -> String {
    match metric {
        Metric::Requests => format!("are {} their", times(multiple)),
        Metric::Cpu | Metric::Memory | Metric::ResponseTime | Metric::ErrorRate => format!("is {} its", times(multiple)),
    }
}

/// The text with a capital letter at its start; a symbol such as "p95" keeps its own.
#[must_use]
pub fn capitalized(text: &str) -> String {
    if text.starts_with(|first: char| first.is_lowercase()) && text.chars().nth(1).is_some_and(|second| second.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_the_design_says() {
        assert_eq!(number(1560.0, 0), "1,560");
        assert_eq!(number(-0.251, 2), "−0.25");
        assert_eq!(number(-0.001, 2), "0.00", "no minus before a zero");
        assert_eq!(number(1_234_567.5, 1), "1,234,567.5");
        assert_eq!(number(999_999_999_999.994, 4), "999,999,999,999.9940");
        assert_eq!(number(999_999_999_999.996, 2), "1,000,000,000,000.00");
        assert_eq!((number(f64::MAX, 0), trimmed(1e300, 1)), ("1.8e308".to_owned(), "1.0e300".to_owned()));
        assert_eq!((number(0.0, 0), number(0.0, 2), number(100.0, 0)), ("0".to_owned(), "0.00".to_owned(), "100".to_owned()));
        assert_eq!(number(f64::NAN, 1), "unknown");
        assert_eq!(reading(Metric::ErrorRate, 0.2), "0.2\u{a0}%");
        assert_eq!(reading(Metric::ResponseTime, 2500.0), "2,500\u{a0}ms");
        assert_eq!(times(1.314), "1.31\u{a0}×");
        assert_eq!(duration(TimeDelta::seconds(182)), "3\u{a0}min 02\u{a0}s");
        assert_eq!(duration(TimeDelta::seconds(3900)), "1\u{a0}h 05\u{a0}min");
        assert_eq!(price_change(MoneyPerHour::from_units(-0.016)), "−$0.016/h");
        assert_eq!(price_change(MoneyPerHour::from_units(0.16)), "+$0.16/h");
        let usd = |units| money(Money::from_units(units), "USD");
        assert_eq!((usd(12.344), usd(0.0), usd(0.001), usd(-0.5)), ("$12.34".into(), "$0".into(), "<$0.01".into(), "−$0.50".into()));
        assert_eq!((usd(123_456.7), money(Money::from_units(1240.0), "EUR")), ("$123,457".into(), "1,240.00\u{a0}EUR".into()));
        assert_eq!(whole_money(Money::from_units(-9_924.4), "USD"), "−$9,924");
        assert_eq!(whole_money(Money::from_units(4.5), "USD"), "$4.50");
        assert_eq!(price_per_hour(MoneyPerHour::from_units(1.12), "USD"), "$1.12/h");
        assert_eq!(price_per_hour(MoneyPerHour::from_units(0.016), "EUR"), "0.016\u{a0}EUR/h");
        assert_eq!((capitalized("memory"), capitalized("p95")), ("Memory".to_owned(), "p95".to_owned()));
    }
}
