//! Words for whoever started the command. A closed pipe is not an error of ours.

use std::io::{self, Write};

/// To standard output.
pub fn say(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// News of how it goes, to standard error.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// To standard error.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "countersign: {text}");
}
