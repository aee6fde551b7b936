//! `countersign check-config`.

use super::{ConfigError, Overrides, files, keys::KEYS, layers::Layers};
use std::{fmt::Write, path::Path};

/// Reads the settings as the server would, and looks at the files that they name. Returns a report for people: each
/// effective value with where it comes from, then warnings. Fails with every problem that would keep `serve` from
/// starting. Neither shows a secret: no setting holds one.
pub fn check_config(
    file: Option<&Path>,
    env: impl Iterator<Item = (String, String)>,
    overrides: Overrides,
) -> Result<String, ConfigError> {
    let layers = Layers::read(file, env, &overrides)?;
    let findings = files::examine(&layers.config);
    let mut problems = layers.config.serving().err().map_or_else(Vec::new, |error| error.problems().to_vec());
    problems.extend(findings.errors);
    if !problems.is_empty() {
        return Err(ConfigError::new(problems));
    }
    let mut report = match file {
        Some(file) => format!("{}: ok\n\n", file.display()),
        None => "no file: ok\n\n".to_owned(),
    };
    report.push_str(&settings(&layers));
    for warning in findings.warnings {
        report = report + "\nwarning: " + &warning;
    }
    Ok(report)
}

/// A line for each key: path, value, source, in columns.
fn settings(layers: &Layers) -> String {
    let rows: Vec<_> = KEYS
        .iter()
        .map(|key| {
            let value = (key.show)(&layers.config).unwrap_or_else(|| "(not set)".to_owned());
            (key.path, value, layers.source(key.path).to_string())
        })
        .collect();
    let width = |of: fn(&(&str, String, String)) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let (paths, values) = (width(|row| row.0.len()), width(|row| row.1.len()));
    let mut text = String::new();
    for (path, value, source) in &rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{path:paths$}  {value:values$}  {source}");
    }
    text
}
