//! What is wrong with a configuration, all of it at once.

use std::fmt;

/// Every problem that was found, each with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<String>) -> Self {
        Self { problems }
    }

    /// The problems, in the order in which an operator would meet them.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [problem] => f.write_str(problem),
            problems => write!(f, "{} problems:\n  {}", problems.len(), problems.join("\n  ")),
        }
    }
}

impl std::error::Error for ConfigError {}

/// `; did you mean x?` for the candidate nearest to `wrong`, or nothing if none is near.
pub(super) fn suggestion<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let near = candidates.into_iter().map(|candidate| (distance(wrong, candidate), candidate)).min();
    match near {
        // A third of the letters wrong is a guess that helps; beyond it, one that misleads.
        Some((edits, candidate)) if edits <= wrong.len() / 3 => format!("; did you mean {candidate}?"),
        _ => String::new(),
    }
}

/// How many letters must be added, dropped or changed to make one text of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        row[0] = line + 1;
        for column in 0..other.len() {
            let change = diagonal + usize::from(letter != other[column]);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_edits() {
        for (one, other, edits) in [("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("same", "same", 0)] {
            assert_eq!(distance(one, other), edits, "{one} {other}");
        }
    }

    #[test]
    fn only_near_misses_are_suggested() {
        let keys = ["server.listen", "server.drain", "tls.key"];
        assert_eq!(suggestion("server.lisen", keys), "; did you mean server.listen?");
        assert_eq!(suggestion("tls.kye", keys), "; did you mean tls.key?");
        assert_eq!(suggestion("cluster.peers", keys), "");
    }
}
