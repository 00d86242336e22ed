//! Price rows from a CSV file that a person made: all of them, or everything that is wrong with it, line by line.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use headroom_core::calendar::Zone;
use headroom_core::price_book::{DEFAULT_CURRENCY, DEFAULT_PROVIDER, Discounts, PriceRow, Rates, faults_of};
use headroom_core::units::{Money, MoneyPerHour, Ratio};

use crate::view::ImportFault;

/// Rows of one file at most.
const MOST_ROWS: usize = 10_000;
/// Faults that are listed; whoever has more has one cause for all.
const MOST_FAULTS: usize = 50;
/// Characters of a file at most.
const LONGEST_FILE: usize = 4_000_000;
/// GB in a GiB.
const GB_PER_GIB: f64 = 1.073_741_824;
/// MB in a GB.
const MB_PER_GB: f64 = 1_000.0;

/// The columns, and whether each must be there.
const COLUMNS: [(&str, bool); 14] = [
    ("provider", false),
    ("class", false),
    ("currency", false),
    ("source", false),
    ("valid_from", true),
    ("cpu_core_hour", true),
    ("memory_gb_hour", false),
    ("memory_gib_hour", false),
    ("storage_gb_hour", false),
    ("storage_gib_hour", false),
    ("network_mb", false),
    ("network_gb", false),
    ("spot", false),
    ("commitment", false),
];

/// What a file says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Imported {
    /// Every row; valid each by itself and together where there is no fault.
    pub(crate) rows: Vec<PriceRow>,
    /// Everything that is wrong, in the order of the lines.
    pub(crate) errors: Vec<ImportFault>,
}

/// Reads a file. Dates without a time begin in `zone`.
pub(crate) fn read_csv(text: &str, zone: Zone) -> Imported {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let whole = |message: &str| Imported { rows: Vec::new(), errors: vec![fault(1, "", message)] };
    if text.contains('\u{fffd}') || text.contains('\0') {
        return whole("The file is not UTF-8. Save it as “CSV UTF-8”.");
    }
    if text.trim().is_empty() {
        return whole("The file is empty.");
    }
    if text.len() > LONGEST_FILE {
        return whole("The file is larger than 4 MB. Import it in parts.");
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let Some(separator) = separator_of(first) else {
        let message = "The first line must name the columns, separated by commas, semicolons or tabs: provider, class, currency, source, \
                       valid_from, cpu_core_hour, memory_gb_hour, storage_gb_hour, network_mb, spot, commitment.";
        return whole(message);
    };
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.to_lowercase().replace([' ', '-'], "_")).collect(),
        Err(error) => return whole(&format!("The first line cannot be read: {error}.")),
    };
    let mut errors = faults_of_header(&header);
    if !errors.is_empty() {
        return Imported { rows: Vec::new(), errors };
    }
    let mut rows: Vec<PriceRow> = Vec::new();
    let mut lines: BTreeMap<(String, String, DateTime<Utc>), u64> = BTreeMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                errors.push(fault(line, "", "The line cannot be read. Is a quotation mark left open?"));
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        if rows.len() >= MOST_ROWS {
            errors.push(fault(line, "", &format!("A file has at most {MOST_ROWS} rows. Import it in parts.")));
            break;
        }
        if record.len() != header.len() {
            let message = format!("This line has {} fields and the first line has {}.", record.len(), header.len());
            errors.push(fault(line, "", &message));
            continue;
        }
        let fields: BTreeMap<&str, &str> = header.iter().map(String::as_str).zip(record.iter()).collect();
        match row_of(&fields, line, zone) {
            Ok(row) => {
                let key = (row.provider.clone(), row.class.clone(), row.valid_from);
                if let Some(earlier) = lines.insert(key, line) {
                    errors.push(fault(line, "valid_from", &format!("Line {earlier} has the same provider, class and date.")));
                }
                rows.push(row);
            }
            Err(faults) => errors.extend(faults),
        }
        if errors.len() >= MOST_FAULTS {
            errors.truncate(MOST_FAULTS);
            errors.push(fault(line, "", "There is more. Mend these first."));
            break;
        }
    }
    if rows.is_empty() && errors.is_empty() {
        errors.push(fault(2, "", "There is no row under the names of the columns."));
    }
    Imported { rows, errors }
}

/// The separator by which the first line names the most columns that are known; none where it names none.
fn separator_of(first: &str) -> Option<u8> {
    let known = |separator: char| {
        let names = first.split(separator).map(|name| name.trim().trim_matches('"').to_lowercase().replace([' ', '-'], "_"));
        names.filter(|name| COLUMNS.iter().any(|(column, _)| column == name)).count()
    };
    let best = [',', ';', '\t'].into_iter().max_by_key(|separator| (known(*separator), u8::from(*separator == ',')))?;
    // A single known name may stand in a file with another separator.
    (known(best) >= 2).then_some(best as u8)
}

fn faults_of_header(header: &[String]) -> Vec<ImportFault> {
    let mut faults = Vec::new();
    for (at, name) in header.iter().enumerate() {
        if !COLUMNS.iter().any(|(column, _)| column == name) {
            let known: Vec<&str> = COLUMNS.iter().map(|(column, _)| *column).collect();
            faults.push(fault(1, name, &format!("There is no column “{name}”. Those that are read: {}.", known.join(", "))));
        } else if header[..at].contains(name) {
            faults.push(fault(1, name, &format!("The column “{name}” stands here twice.")));
        }
    }
    for (column, _) in COLUMNS.iter().filter(|(column, must)| *must && !header.iter().any(|name| name == column)) {
        faults.push(fault(1, column, &format!("The column “{column}” is missing.")));
    }
    for (one, other) in [("memory_gb_hour", "memory_gib_hour"), ("storage_gb_hour", "storage_gib_hour"), ("network_mb", "network_gb")] {
        let has = |column: &str| header.iter().any(|name| name == column);
        if has(one) && has(other) {
            faults.push(fault(1, other, &format!("Give either “{one}” or “{other}”.")));
        }
    }
    faults
}

fn row_of(fields: &BTreeMap<&str, &str>, line: u64, zone: Zone) -> Result<PriceRow, Vec<ImportFault>> {
    let mut faults = Vec::new();
    let text = |column: &str| fields.get(column).copied().unwrap_or_default();
    let or = |column: &str, default: &str| if text(column).is_empty() { default.to_owned() } else { text(column).to_owned() };
    let mut number = |column: &'static str| match text(column) {
        "" => None,
        written => match written.parse::<f64>() {
            Ok(value) if value.is_finite() => Some(value),
            Ok(_) => {
                faults.push(fault(line, column, &format!("“{written}” is no rate.")));
                None
            }
            Err(_) => {
                let hint = if written.contains(',') { " Write it with a point, without thousands: 1234.5." } else { "" };
                faults.push(fault(line, column, &format!("“{written}” is no number.{hint}")));
                None
            }
        },
    };
    let cpu = number("cpu_core_hour");
    let memory = number("memory_gb_hour").or(number("memory_gib_hour").map(|rate| rate / GB_PER_GIB));
    let storage = number("storage_gb_hour").or(number("storage_gib_hour").map(|rate| rate / GB_PER_GIB));
    let network = number("network_mb").or(number("network_gb").map(|rate| rate / MB_PER_GB));
    let (spot, commitment) = (number("spot"), number("commitment"));
    if text("cpu_core_hour").is_empty() {
        faults.push(fault(line, "cpu_core_hour", "The rate is missing. Write 0 where it costs nothing."));
    }
    let share = |column: &str, value: Option<f64>, faults: &mut Vec<ImportFault>| match value.map(Ratio::new) {
        None => None,
        Some(Ok(share)) => Some(share),
        Some(Err(_)) => {
            faults.push(fault(line, column, "Give the share of the rate that is paid: over 0, at most 1 (0.3 for 70 % off)."));
            None
        }
    };
    let spot = share("spot", spot, &mut faults);
    let commitment = share("commitment", commitment, &mut faults);
    let valid_from = instant(text("valid_from"), zone);
    if valid_from.is_none() {
        let message = format!("“{}” is no date. Write 2026-01-31, or 2026-01-31T12:00:00Z.", text("valid_from"));
        faults.push(fault(line, "valid_from", &message));
    }
    let Some(valid_from) = valid_from.filter(|_| faults.is_empty()) else { return Err(faults) };
    let row = PriceRow {
        provider: or("provider", DEFAULT_PROVIDER),
        class: or("class", ""),
        currency: or("currency", DEFAULT_CURRENCY).to_uppercase(),
        source: or("source", "imported"),
        valid_from,
        rates: Rates {
            cpu_core_hour: MoneyPerHour::from_units(cpu.unwrap_or(0.0)),
            memory_gb_hour: MoneyPerHour::from_units(memory.unwrap_or(0.0)),
            storage_gb_hour: MoneyPerHour::from_units(storage.unwrap_or(0.0)),
            network_mb: Money::from_units(network.unwrap_or(0.0)),
        },
        discounts: Discounts { spot, commitment },
    };
    let found = faults_of(&row);
    if found.is_empty() {
        return Ok(row);
    }
    Err(found.into_iter().map(|found| fault(line, &found.field, &found.message)).collect())
}

/// An instant, or a date's first one in the zone.
fn instant(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|date| zone.begins(date))
}

fn fault(line: u64, field: &str, message: &str) -> ImportFault {
    ImportFault { line: u32::try_from(line).unwrap_or(u32::MAX), field: field.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "provider,class,currency,source,valid_from,cpu_core_hour,memory_gb_hour,storage_gb_hour,network_mb,spot,commitment\n";

    fn read(text: &str) -> Imported {
        read_csv(text, "Europe/Berlin".parse().expect("a zone"))
    }

    fn faults(text: &str) -> Vec<(u32, String, String)> {
        let Imported { errors, .. } = read(text);
        errors.into_iter().map(|fault| (fault.line, fault.field, fault.message)).collect()
    }

    #[test]
    fn commas_semicolons_and_tabs_separate() {
        let line = "acme,eu,EUR,list,2026-01-31,0.04,0.009,0.0008,0.00002,0.3,\n";
        for separator in [",", ";", "\t"] {
            let Imported { rows, errors } = read(&format!("\u{feff}{HEADER}{line}").replace(',', separator));
            assert_eq!(errors, [], "{separator:?}");
            assert_eq!(
                (rows.len(), rows[0].provider.as_str(), rows[0].class.as_str(), rows[0].currency.as_str()),
                (1, "acme", "eu", "EUR")
            );
            assert_eq!(rows[0].rates.cpu_core_hour, MoneyPerHour::from_units(0.04));
            assert_eq!(rows[0].discounts, Discounts { spot: Ratio::new(0.3).ok(), commitment: None });
            // Midnight in Berlin.
            assert_eq!(rows[0].valid_from.to_rfc3339(), "2026-01-30T23:00:00+00:00");
        }
    }

    #[test]
    fn gib_and_gb_are_converted_at_the_door() {
        let Imported { rows, errors } =
            read("valid_from,cpu_core_hour,memory_gib_hour,network_gb\n2026-01-01T00:00:00Z,0.05,0.01073741824,0.01\n");
        assert_eq!(errors, []);
        assert_eq!(rows[0].rates.memory_gb_hour, MoneyPerHour::from_units(0.01));
        assert_eq!(rows[0].rates.network_mb, Money::from_units(0.00001));
        assert_eq!((rows[0].provider.as_str(), rows[0].currency.as_str(), rows[0].source.as_str()), ("default", "USD", "imported"));
    }

    #[test]
    fn every_fault_is_told_with_its_line_and_column() {
        let table = [
            ("an empty file", String::new(), 1, "", "empty"),
            ("one column", "rates\n0.05\n".to_owned(), 1, "", "name the columns"),
            ("no separator that is known", HEADER.replace(',', "|"), 1, "", "name the columns"),
            ("another encoding", format!("{HEADER}caf\u{fffd},,,,2026-01-01,1,,,,,\n"), 1, "", "not UTF-8"),
            ("sixteen bits", "p\0r\0o\0".to_owned(), 1, "", "not UTF-8"),
            ("an unknown column", "valid_from,cpu_core_hour,gpu\n2026-01-01,1,2\n".to_owned(), 1, "gpu", "There is no column “gpu”"),
            ("a missing column", "provider,valid_from\nacme,2026-01-01\n".to_owned(), 1, "cpu_core_hour", "is missing"),
            ("a column twice", "valid_from,cpu_core_hour,cpu_core_hour\n2026-01-01,1,1\n".to_owned(), 1, "cpu_core_hour", "twice"),
            ("both units", "valid_from,cpu_core_hour,memory_gb_hour,memory_gib_hour\n".to_owned(), 1, "memory_gib_hour", "either"),
            ("no rows", HEADER.to_owned(), 2, "", "no row"),
            ("a decimal comma", "valid_from;cpu_core_hour\n2026-01-01;0,05\n".to_owned(), 2, "cpu_core_hour", "with a point"),
            ("no number", format!("{HEADER}a,,,,2026-01-01,cheap,,,,,\n"), 2, "cpu_core_hour", "no number"),
            ("no rate", format!("{HEADER}a,,,,2026-01-01,,,,,,\n"), 2, "cpu_core_hour", "missing"),
            ("not a number", format!("{HEADER}a,,,,2026-01-01,NaN,,,,,\n"), 2, "cpu_core_hour", "no rate"),
            ("a negative rate", format!("{HEADER}a,,,,2026-01-01,-1,,,,,\n"), 2, "cpuCoreHour", "from 0"),
            ("an absurd rate", format!("{HEADER}a,,,,2026-01-01,1e9,,,,,\n"), 2, "cpuCoreHour", "from 0"),
            ("no date", format!("{HEADER}a,,,,31.01.2026,1,,,,,\n"), 2, "valid_from", "no date"),
            ("inside a quarter hour", format!("{HEADER}a,,,,2026-01-01T00:07:00Z,1,,,,,\n"), 2, "validFrom", "full quarter"),
            ("no currency", format!("{HEADER}a,,euro,,2026-01-01,1,,,,,\n"), 2, "currency", "no currency"),
            ("a discount above 1", format!("{HEADER}a,,,,2026-01-01,1,,,,30,\n"), 2, "spot", "share of the rate"),
            ("too few fields", format!("{HEADER}a,,,,2026-01-01,1\n"), 2, "", "This line has 6 fields"),
            (
                "the same row twice",
                format!("{HEADER}a,,,,2026-01-01,1,,,,,\nb,,,,2026-01-01,1,,,,,\na,,,,2026-01-01,2,,,,,\n"),
                4,
                "valid_from",
                "Line 2",
            ),
        ];
        for (name, text, line, field, words) in table {
            let found = faults(&text);
            let first = found.first().unwrap_or_else(|| panic!("{name}: no fault"));
            assert_eq!((first.0, first.1.as_str()), (line, field), "{name}: {found:?}");
            assert!(first.2.contains(words), "{name}: {found:?}");
        }
    }

    #[test]
    fn faults_have_an_end() {
        let rows = "a,,,,2026-01-01,x,,,,,\n".repeat(1_000);
        assert_eq!(faults(&format!("{HEADER}{rows}")).len(), MOST_FAULTS + 1);
    }
}
