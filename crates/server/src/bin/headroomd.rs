//! Headroom without a window.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use headroom_engine::clock::{Clock as _, SystemClock};
use headroom_engine::copies;
use headroom_engine::operations::{
    Configuration, CreateToken, CreatedToken, ExportConfiguration, ImportConfiguration, ImportDone, ImportReport, ListTokens,
    Operation as _, RevokeToken, Role, TokenList, TokenState,
};
use headroom_server::settings::{ServeArguments, ServeSettings};
use headroom_server::{control, doctor, elasticity, forecast, progress, serve, simulate, tune};

/// Scales deployments by policy, prices every decision and explains it.
#[derive(Debug, Parser)]
#[command(name = "headroomd", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the engine behind REST, Socket.IO and the window's pages.
    Serve(Box<ServeArguments>),
    /// Make, list and revoke tokens; also while it serves.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Write a whole copy of the data to a file, also while it serves. What signs tokens is not in it.
    Backup {
        /// The file; it must not be there yet.
        file: PathBuf,
        #[command(flatten)]
        data: Data,
    },
    /// Put a copy in the place of the data, also while it serves. The data that was is kept in its backup folder.
    Restore {
        /// The copy.
        file: PathBuf,
        #[command(flatten)]
        data: Data,
    },
    /// Print settings, deployments, policies and budgets as one readable file.
    Export {
        #[command(flatten)]
        data: Data,
    },
    /// Bring settings, deployments, policies and budgets to what such a file says.
    Import {
        /// The file.
        file: PathBuf,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        data: Data,
    },
    /// Say what support would ask for, without secrets. Ends with 1 where something is wrong.
    Doctor(doctor::Arguments),
    /// Score policies and other autoscalers on recorded traffic.
    Elasticity(elasticity::Arguments),
    /// Search for a better policy on recorded traffic, proved on the last third of it.
    Tune(tune::Arguments),
    /// Say how right forecasts an hour ahead are on recorded traffic.
    Forecast(forecast::Arguments),
    /// Play one policy, or a template, against one recorded demand.
    Simulate(simulate::Arguments),
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, once.
    Create {
        /// What its bearer may do.
        #[arg(long)]
        role: RoleName,
        /// How long it lives: 30d, 12h, 1year.
        #[arg(long, value_parser = humantime::parse_duration)]
        ttl: Duration,
        /// Who or what it is for; the history names it.
        #[arg(long, default_value = "command line")]
        name: String,
        #[command(flatten)]
        data: Data,
    },
    /// List the tokens that were made; not the tokens themselves.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Take a token back, at once.
    Revoke {
        /// Its id, as `list` prints it.
        id: String,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Debug, Args)]
struct Data {
    /// The data folder.
    #[arg(long = "data", value_name = "DIR", env = "HEADROOM_DATA")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    /// Reads.
    Viewer,
    /// Scales, writes policies.
    Operator,
    /// Adds and removes what is scaled, changes settings and tokens.
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Operator => Self::Operator,
            RoleName::Admin => Self::Admin,
        }
    }
}

fn main() -> ExitCode {
    if let Some(code) = headroom_engine::subcommand::run(std::env::args_os()) {
        return code;
    }
    let Arguments { command } = Arguments::parse();
    let (mut out, mut notes) = (io::stdout(), io::stderr());
    let done = match command {
        Command::Doctor(arguments) => match run_doctor(arguments, &mut out) {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => Err(error),
        },
        Command::Serve(arguments) => run_serve(*arguments),
        Command::Token(command) => run_token(command, &mut out),
        Command::Elasticity(arguments) => elasticity::run(&arguments, &mut out, &mut notes, &progress::bar(0)),
        Command::Tune(arguments) => tune::run(&arguments, &mut out, &progress::bar(0)),
        Command::Forecast(arguments) => forecast::run(&arguments, &mut out, &mut notes, &progress::bar(0)),
        Command::Simulate(arguments) => simulate::run(&arguments, &mut out),
        Command::Backup { file, data } => run_backup(&file, &data),
        Command::Restore { file, data } => run_restore(&file, &data, &mut out),
        Command::Export { data } => run_export(data, &mut out),
        Command::Import { file, dry_run, data } => run_import(&file, dry_run, data, &mut out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(notes, "headroomd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("No threads can be started")
}

fn run_serve(arguments: ServeArguments) -> anyhow::Result<()> {
    std::fs::create_dir_all(&arguments.data).with_context(|| format!("The data folder {} cannot be made", arguments.data.display()))?;
    let settings = ServeSettings::settle(arguments)?;
    let environment = environment();
    let user = user(&environment);
    runtime()?.block_on(serve::run(settings, environment, user))
}

fn run_doctor(arguments: doctor::Arguments, out: &mut impl Write) -> anyhow::Result<bool> {
    runtime()?.block_on(doctor::run(arguments, &environment(), SystemClock.now(), out))
}

fn run_token(command: TokenCommand, out: &mut impl Write) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create { role, ttl, name, data } => {
            let life_seconds = u32::try_from(ttl.as_secs()).context("That is longer than any token lives")?;
            let input = serde_json::to_value(CreateToken { name, role: role.into(), life_seconds })?;
            let created: CreatedToken = serde_json::from_value(call(data, CreateToken::NAME, input)?)?;
            writeln!(out, "{}", created.token)?;
        }
        TokenCommand::List { data } => {
            let list: TokenList = serde_json::from_value(call(data, ListTokens::NAME, serde_json::Value::Null)?)?;
            for token in list.tokens {
                let state = match token.state {
                    TokenState::Active => "active",
                    TokenState::Expired => "expired",
                    TokenState::Revoked => "revoked",
                };
                let role = serde_json::to_value(token.role)?;
                let role = role.as_str().unwrap_or_default();
                writeln!(
                    out,
                    "{}  {state:8}  {role:8}  until {}  {}",
                    token.id,
                    token.expires_at.format("%Y-%m-%d %H:%M UTC"),
                    token.name
                )?;
            }
        }
        TokenCommand::Revoke { id, data } => {
            call(data, RevokeToken::NAME, serde_json::to_value(RevokeToken { token_id: id })?)?;
        }
    }
    Ok(())
}

fn run_backup(file: &Path, data: &Data) -> anyhow::Result<()> {
    Ok(runtime()?.block_on(copies::back_up(&data.folder, file))?)
}

fn run_restore(file: &Path, data: &Data, out: &mut impl Write) -> anyhow::Result<()> {
    let before = runtime()?.block_on(control::restore(&data.folder, user(&environment()), file))?;
    if let Some(before) = before.as_str() {
        writeln!(out, "The data that was is in {before}.")?;
    }
    writeln!(out, "Restored. Tokens go on where the secret that signs them is the one they were made with.")?;
    Ok(())
}

fn run_export(data: Data, out: &mut impl Write) -> anyhow::Result<()> {
    let configuration = call(data, ExportConfiguration::NAME, serde_json::Value::Null)?;
    write!(out, "{}", toml::to_string_pretty(&without_nothing(configuration))?)?;
    Ok(())
}

fn run_import(file: &Path, dry_run: bool, data: Data, out: &mut impl Write) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let configuration: Configuration = toml::from_str(&text).with_context(|| format!("{} is no configuration", file.display()))?;
    let input = serde_json::to_value(ImportConfiguration { configuration, dry_run: Some(dry_run) })?;
    let report: ImportReport = serde_json::from_value(call(data, ImportConfiguration::NAME, input)?)?;
    for line in &report.lines {
        let done = serde_json::to_value(line.done)?;
        let message = line.message.as_deref().map_or_else(String::new, |message| format!(": {message}"));
        writeln!(out, "{:8} {}{message}", done.as_str().unwrap_or_default(), line.what)?;
    }
    let skipped = report.lines.iter().filter(|line| line.done == ImportDone::Skipped).count();
    anyhow::ensure!(skipped == 0, "{skipped} of {} could not be done; the rest is.", report.lines.len());
    Ok(())
}

/// The same without what is null: a readable file leaves out what nobody said.
fn without_nothing(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, without_nothing(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nothing).collect(),
        other => other,
    }
}

fn call(data: Data, operation: &str, input: serde_json::Value) -> anyhow::Result<serde_json::Value> {
    let environment = environment();
    let user = user(&environment);
    runtime()?.block_on(control::call(&data.folder, environment, user, operation, input))
}

/// What is not text is nothing that Headroom passes on.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// Who runs this, as the history records it.
fn user(environment: &BTreeMap<String, String>) -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| environment.get(*name).filter(|user| !user.is_empty()));
    named.cloned().unwrap_or_else(|| "headroomd".to_owned())
}
