//! `headroomd` as people run it: arguments and files in, lines and errors out.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of traces and policies.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("a file in it");
        path
    }
}

/// So many minutes of a wave between 20 and 100 requests a second.
fn wave(minutes: u32) -> String {
    let mut text = String::from("timestamp_s,requests_per_s\n");
    for minute in 0..minutes {
        let rate = 60.0 - 40.0 * (f64::from(minute) / 229.0).cos();
        writeln!(text, "{},{rate}", minute * 60).expect("text grows");
    }
    text
}

fn headroomd(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headroomd")).args(arguments).output().expect("headroomd starts")
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    assert!(output.status.success(), "{}", complaint(output));
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

#[test]
fn elasticity_prints_one_object_a_trace_and_policy() {
    let folder = Folder::new();
    folder.write("wave.csv", wave(600));
    folder.write("cpu.csv", "timestamp_s,cpu_percent\n0,1\n60,2\n");
    folder.write("notes.txt", "not a trace");
    let policies = ["headroom", "headroom-adaptive", "headroom-gradual", "hpa:0.6", "hpa-k8s:0.7", "hpa-rate:0.7", "kpa:0.7", "aws:0.7"];
    let policies = policies.into_iter().chain(["plus-minus-one", "static", "oracle"]);
    let mut arguments = vec!["elasticity", "--traces", folder.0.path().to_str().unwrap(), "--json"];
    policies.clone().for_each(|policy| arguments.extend(["--policy", policy]));
    let output = headroomd(&arguments);
    let lines = lines(&output);
    let names: Vec<&str> = lines.iter().map(|line| line["policy"].as_str().unwrap()).collect();
    assert!(names.iter().copied().eq(policies), "{names:?}");
    let numbers = [
        "delay",
        "plant",
        "violations",
        "dropped",
        "cost",
        "instanceHours",
        "changes",
        "thetaU",
        "thetaO",
        "tauU",
        "tauO",
        "upsilon",
        "ticks",
        "seconds",
    ];
    for line in &lines {
        assert_eq!(line["trace"], "wave");
        for name in numbers {
            assert!(line[name].as_f64().is_some_and(|number| number >= 0.0), "{name} in {line}");
        }
        assert_eq!(line["ticks"], 2_400, "four ticks a minute");
    }
    assert_eq!(lines.last().unwrap()["cost"], 1.0, "the oracle costs once the oracle");
    assert!(complaint(&output).contains("cpu.csv: it has no column requests_per_s"), "{}", complaint(&output));
}

#[test]
fn what_was_wanted_is_written_tick_by_tick() {
    let folder = Folder::new();
    let (trace, decisions) = (folder.write("wave.csv", wave(300)), folder.0.path().join("decisions.json"));
    let (trace, decisions) = (trace.to_str().unwrap(), decisions.to_str().unwrap());
    for plant in ["1", "2"] {
        let arguments = ["elasticity", "--traces", trace, "--policy", "headroom", "--plant", plant, "--decisions", decisions, "--json"];
        assert_eq!(lines(&headroomd(&arguments)).len(), 1);
        let wanted: Vec<u32> = serde_json::from_slice(&fs::read(decisions).unwrap()).unwrap();
        assert_eq!(wanted.len(), 1_200);
        assert!(wanted.iter().all(|count| (1..=400).contains(count)));
    }
    let both = headroomd(&["elasticity", "--traces", trace, "--policy", "hpa:0.7", "--policy", "aws:0.7", "--decisions", decisions]);
    assert!(complaint(&both).contains("--decisions wants one trace file and one --policy"), "{}", complaint(&both));
}

#[test]
fn tuning_proposes_what_costs_less_on_the_part_it_never_saw_and_repeats_itself() {
    let folder = Folder::new();
    let trace = folder.write("wave.csv", wave(600));
    let trace = trace.to_str().unwrap();
    let arguments = ["tune", "--trace", trace, "--objective-ms", "300", "--trials", "64", "--json"];
    let output = headroomd(&arguments);
    let answer = lines(&output).remove(0);
    assert_eq!((answer["trace"].as_str(), answer["tried"].as_u64()), (Some("wave"), Some(64)), "{answer}");
    let held = |row: &str, figure: &str| answer[row]["heldBack"][figure].as_f64().unwrap_or_else(|| panic!("{row} {figure} in {answer}"));
    assert!(held("proposal", "instanceHours") < held("current", "instanceHours"), "{answer}");
    assert!(held("proposal", "latePercent") <= held("current", "latePercent").max(1.0), "{answer}");
    assert!(answer["proposal"]["policy"]["metrics"].is_array());
    assert!(answer["front"].as_array().is_some_and(|front| front.len() > 1));
    assert_eq!(output.stdout, headroomd(&arguments).stdout, "the same seed, the same answer");
    let refused = headroomd(&["tune", "--trace", trace, "--objective-ms", "0"]);
    assert!(complaint(&refused).contains("--objective-ms must be above 0"), "{}", complaint(&refused));
    // Tuned on the first half: all are scored on the second, half of 600 minutes in 15 s ticks.
    let scored = headroomd(&["elasticity", "--traces", trace, "--policy", "tuned", "--policy", "static", "--json"]);
    let scored = lines(&scored);
    let hours = |line: usize| scored[line]["instanceHours"].as_f64().unwrap();
    assert!(hours(0) < hours(1), "{scored:?}");
}

#[test]
fn an_odd_trace_is_refused_with_its_line() {
    let rows = |rows: &str| format!("timestamp_s,requests_per_s\n{rows}").into_bytes();
    let cases: [(&str, Vec<u8>, &str); 12] = [
        ("empty", Vec::new(), "the trace is empty"),
        ("only a header", rows(""), "fewer than two rows"),
        ("one row", rows("0,1\n"), "fewer than two rows"),
        ("another time column", b"when,requests_per_s\n0,1\n".to_vec(), "line 1: no column `timestamp_s`"),
        ("a negative rate", rows("0,1\n60,-3\n"), "line 3: -3 requests per second is negative"),
        ("a huge rate", rows("0,1\n60,1e40\n"), "line 3: 1e40 requests per second is more than"),
        ("words", rows("0,1\n60,many\n"), "line 3: `many` is not a finite number"),
        ("infinity", rows("0,1\n60,1\n120,inf\n"), "line 4: `inf` is not a finite number"),
        ("time that goes back", rows("0,1\n120,1\n60,1\n"), "line 4: time goes back from 120 s to 60 s"),
        ("a row that is cut off", rows("0,1\n60\n"), "line 3: 1 fields where the header has 2"),
        ("not one request", rows("0,0\n60,0\n120,0\n"), "no demand in the trace"),
        ("no text", [rows("0,1\n60,"), vec![0xff, 0xfe, b'\n']].concat(), "line 3: this is no UTF-8 text"),
    ];
    let folder = Folder::new();
    for (name, content, expected) in cases {
        let file = folder.write("odd.csv", content);
        let file = file.to_str().unwrap();
        for arguments in
            [&["elasticity", "--traces", file, "--policy", "headroom"][..], &["simulate", "--trace", file, "--policy", "web-app-balanced"]]
        {
            let output = headroomd(arguments);
            assert!(!output.status.success() && output.stdout.is_empty(), "{name}: {output:?}");
            assert!(complaint(&output).contains(expected), "{name}: `{}` should say `{expected}`", complaint(&output));
        }
    }
}

#[test]
fn holes_and_duplicates_are_played() {
    let folder = Folder::new();
    let holes: String =
        wave(600).lines().enumerate().filter(|(at, _)| !(200..230).contains(at)).map(|(_, line)| format!("{line}\n")).collect();
    let doubled: String =
        wave(600).lines().enumerate().map(|(at, line)| if at == 0 { format!("{line}\n") } else { format!("{line}\n{line}\n") }).collect();
    folder.write("doubled.csv", doubled);
    folder.write("holes.csv", holes);
    folder.write("plain.csv", wave(600));
    let output = headroomd(&["elasticity", "--traces", folder.0.path().to_str().unwrap(), "--policy", "headroom", "--json"]);
    let lines = lines(&output);
    let of = |name: &str| lines.iter().find(|line| line["trace"] == name).unwrap();
    assert_eq!(of("doubled")["violations"], of("plain")["violations"], "of two rows at one instant the last counts");
    assert_eq!(of("holes")["ticks"], of("plain")["ticks"], "the value before a hole is held");
}

#[test]
fn one_odd_trace_of_a_folder_does_not_hide_the_others() {
    let folder = Folder::new();
    folder.write("odd.csv", "timestamp_s,requests_per_s\n0,1\n60,-1\n");
    folder.write("wave.csv", wave(300));
    let output = headroomd(&["elasticity", "--traces", folder.0.path().to_str().unwrap(), "--policy", "hpa:0.7", "--json"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"trace\":\"wave\""));
    assert!(complaint(&output).contains("odd.csv: line 3") && complaint(&output).contains("1 of 2 traces"), "{}", complaint(&output));
}

#[test]
fn a_policy_is_played_from_a_template_a_json_file_or_a_toml_file() {
    let folder = Folder::new();
    let trace = folder.write("wave.csv", wave(600));
    let trace = trace.to_str().unwrap();
    let json = folder.write("mine.json", r#"{"templateId": "web-app-balanced", "name": "Mine", "minInstances": 2, "maxInstances": 24}"#);
    let toml = folder.write("same.toml", "templateId = \"web-app-balanced\"\nmaxInstances = 24\n");
    let simulate = |policy: &str| {
        let output =
            headroomd(&["simulate", "--trace", trace, "--policy", policy, "--instances", "16", "--delay", "30", "--seed", "2", "--json"]);
        lines(&output).remove(0)
    };
    let (template, json, toml) = (simulate("web-app-balanced"), simulate(json.to_str().unwrap()), simulate(toml.to_str().unwrap()));
    assert_eq!((&template["policy"], &json["policy"], &toml["policy"]), (&"web-app-balanced".into(), &"Mine".into(), &"same".into()));
    assert_eq!(json["instanceHours"], toml["instanceHours"], "the same policy twice");
    assert!(json["instanceHours"].as_f64() > template["instanceHours"].as_f64(), "24 at most, where the template allows 10");
}

#[test]
fn a_policy_that_is_none_is_refused_with_every_fault() {
    let folder = Folder::new();
    let trace = folder.write("wave.csv", wave(60));
    let cases = [
        ("no-such-template", None, "is neither a file nor a template; the templates are"),
        ("broken.json", Some("{\"name\": "), "EOF while parsing"),
        ("list.json", Some("[]"), "a policy is an object of fields"),
        ("typo.json", Some("{\"maxInstance\": 4}"), "no policy has the field maxInstance"),
        ("wrong.json", Some("{\"minInstances\": 0, \"scaleUpThreshold\": 3}"), "\n  minInstances: is 0"),
        ("wrong.json", Some("{\"minInstances\": 0, \"scaleUpThreshold\": 3}"), "\n  scaleUpThreshold: is 3"),
        ("broken.toml", Some("name = "), "TOML parse error"),
    ];
    for (name, content, expected) in cases {
        let path = content.map_or_else(|| name.into(), |content| folder.write(name, content));
        let output = headroomd(&["simulate", "--trace", trace.to_str().unwrap(), "--policy", path.to_str().unwrap()]);
        assert!(!output.status.success());
        assert!(complaint(&output).contains(expected), "{name}: `{}` should say `{expected}`", complaint(&output));
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let folder = Folder::new();
    let trace = folder.write("wave.csv", wave(60));
    let cases = [
        (["--delay", "-1"], "--delay"),
        (["--instances", "0"], "--instances must be above 0"),
        (["--capacity", "nan"], "--capacity must be above 0"),
        (["--plant", "3"], "3 is not in 1..=2"),
        (["--days", "0"], "--days must be above 0"),
        (["--policy", "hpa:70"], "the target must be a share in (0, 1]"),
        (["--policy", "kubernetes"], "no policy `kubernetes`; known are"),
    ];
    for (setting, expected) in cases {
        let output = headroomd(&[&["elasticity", "--traces", trace.to_str().unwrap()], &setting[..]].concat());
        assert!(!output.status.success());
        assert!(complaint(&output).contains(expected), "{setting:?}: `{}` should say `{expected}`", complaint(&output));
    }
}

#[test]
fn forecasts_are_held_against_what_came() {
    let folder = Folder::new();
    folder.write("long.csv", wave(9 * 1_440));
    folder.write("short.csv", wave(1_440));
    let output = headroomd(&["forecast", "--traces", folder.0.path().to_str().unwrap(), "--json"]);
    let lines = lines(&output);
    assert_eq!(lines.iter().map(|line| line["model"].as_str().unwrap()).collect::<Vec<_>>(), ["headroom", "seasonal-naive"]);
    for line in &lines {
        assert_eq!(line["trace"], "long");
        for name in ["mase", "pinball95", "coverage95", "msPerFit"] {
            assert!(line[name].as_f64().is_some_and(|number| number >= 0.0), "{name} in {line}");
        }
    }
    // A wave whose period is no day: levels and trend foresee it, the day before does not.
    assert!(lines[0]["mase"].as_f64() < lines[1]["mase"].as_f64(), "{lines:?}");
    assert!(complaint(&output).contains("short.csv: seven days and an hour"), "{}", complaint(&output));
    let none = headroomd(&["forecast", "--traces", folder.0.path().join("short.csv").to_str().unwrap()]);
    assert!(!none.status.success() && complaint(&none).contains("no trace of seven days and an hour"), "{}", complaint(&none));
}
