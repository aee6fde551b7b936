//! The repository's own test: what a reviewer should not have to look for.

#[path = "repository/source.rs"]
mod source;

use source::{Source, root, sources, text_files};
use std::{collections::BTreeSet, fmt::Write, fs};

/// Past this a file holds more than one idea.
const MAX_LINES: usize = 400;

/// What may lie at the top: five folders, and what tools look for there.
const TOP_LEVEL: &[&str] = &[
    ".ci",
    ".git",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "build.rs",
    "clippy.toml",
    "config",
    "deny.toml",
    "fuzz",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src",
    "target",
    "tests",
];

/// What code outside tests may not name, except in these places, and why.
const BANS: &[Ban] = &[
    Ban {
        what: &["redb"],
        except: &["src/store/"],
        why: "the database is behind the store, so that a replicated log can take its place",
    },
    Ban {
        what: &["bincode"],
        except: &["src/store/codec.rs"],
        why: "bytes do not describe themselves: one place writes the version before them",
    },
    Ban {
        what: &["hyper", "hyper_util"],
        except: &["src/api/", "src/exchange.rs", "src/front/", "src/rest/", "src/rpc/", "src/server/", "src/web/"],
        why: "use cases know no transport",
    },
    Ban {
        what: &["SystemTime::now", "Timestamp::now", "Zoned::now", "UNIX_EPOCH"],
        except: &["src/time.rs"],
        why: "the clock is time::Clock, which tests can move",
    },
    Ban {
        what: &["OsRng", "thread_rng", "getrandom"],
        except: &["src/random.rs"],
        why: "randomness comes from random::Random, whose seed a test can fix",
    },
    Ban {
        what: &["Warrant::of"],
        except: &["src/authz/", "src/app/credentials/leaked.rs", "src/oauth/client.rs", "src/oauth/imported.rs"],
        why: "a change is made with the warrant of a proof, which the writer checks again",
    },
    Ban {
        what: &["Warrant::system"],
        except: &[
            "src/app/bootstrap.rs",
            "src/app/credentials/expiry_warnings.rs",
            "src/app/import/",
            "src/app/credentials/last_use.rs",
            "src/app/recovery.rs",
            "src/app/settings/signing_keys.rs",
        ],
        why: "what a caller asks for is done with the caller's warrant",
    },
    Ban {
        what: &[".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!", "unreachable!"],
        except: &[],
        why: "a request must not be able to end the server",
    },
    Ban {
        what: &["println!", "print!", "eprintln!", "eprint!", "dbg!"],
        except: &[],
        why: "the server logs; the command line writes through cli::terminal",
    },
    Ban { what: &["unsafe"], except: &[], why: "nothing here needs it" },
];

struct Ban {
    what: &'static [&'static str],
    /// Files, or folders with a slash at their end.
    except: &'static [&'static str],
    why: &'static str,
}

impl Ban {
    fn covers(&self, source: &Source) -> bool {
        !self.except.iter().any(|place| source.path.starts_with(place))
    }
}

/// Fails with one line for each finding.
fn report(findings: &BTreeSet<String>, rule: &str) {
    let lines = findings.iter().fold(String::new(), |mut lines, finding| {
        writeln!(lines, "  {finding}").expect("a string takes anything");
        lines
    });
    assert!(findings.is_empty(), "{rule}:\n{lines}");
}

#[test]
fn no_module_reaches_up() {
    let floors = source::floors();
    let mut findings = BTreeSet::new();
    for source in sources() {
        let Some(module) = source.module() else { continue };
        let own = floors.of(module).unwrap_or_else(|| panic!("src/lib.rs does not list {module}"));
        for used in source.used_modules() {
            match floors.of(&used) {
                Some(floor) if floor <= own => {}
                Some(floor) => {
                    findings.insert(format!(
                        "{} ({}) uses {used} ({})",
                        source.path,
                        floors.name(own),
                        floors.name(floor)
                    ));
                }
                None => {
                    findings.insert(format!("{} uses {used}, which src/lib.rs does not list", source.path));
                }
            }
        }
    }
    report(&findings, "a module uses only its own floor and those above it in src/lib.rs");
}

/// Modules of one floor may use each other, but not in a circle: what is a circle is one module.
#[test]
fn no_modules_need_each_other() {
    let mut uses: BTreeSet<(String, String)> = BTreeSet::new();
    for source in sources() {
        let Some(module) = source.module() else { continue };
        uses.extend(source.used_modules().into_iter().map(|used| (module.to_owned(), used)).filter(|(a, b)| a != b));
    }
    // The transitive closure, the simple way: there are two dozen modules.
    let mut reaches = uses.clone();
    loop {
        let longer: BTreeSet<_> = reaches
            .iter()
            .flat_map(|(a, b)| uses.iter().filter(move |(c, _)| b == c).map(move |(_, d)| (a.clone(), d.clone())))
            .collect();
        let before = reaches.len();
        reaches.extend(longer);
        if reaches.len() == before {
            break;
        }
    }
    let findings = reaches.iter().filter(|(a, b)| a == b).map(|(a, _)| format!("{a} needs itself")).collect();
    report(&findings, "modules that need each other are one module");
}

#[test]
fn no_file_is_longer_than_one_idea() {
    let long = |lines: usize| lines > MAX_LINES;
    let found = sources().into_iter().filter(|source| long(source.text.lines().count()));
    let findings = found.map(|source| format!("{}: {} lines", source.path, source.text.lines().count())).collect();
    report(&findings, &format!("a file past {MAX_LINES} lines is split"));
}

#[test]
fn what_is_banned_is_not_named() {
    let mut findings = BTreeSet::new();
    let all = sources();
    for ban in BANS {
        for source in all.iter().filter(|source| ban.covers(source)) {
            for (number, line) in source.code_lines() {
                if let Some(what) = ban.what.iter().find(|what| source::names(line, what)) {
                    findings.insert(format!("{}:{number} names {what}: {}", source.path, ban.why));
                }
            }
        }
    }
    report(&findings, "banned");
}

/// A file that others look into says what it is for. One that only holds a private part of its folder may let the
/// folder's `mod.rs` speak for it.
#[test]
fn every_module_says_what_it_is_for() {
    let floors_of_one_file = |path: &str| path.matches('/').count() == 1;
    let needs_doc = |source: &&Source| {
        source.path.ends_with("/mod.rs") || floors_of_one_file(&source.path) && source.path != "src/main.rs"
    };
    let silent = |source: &&Source| !source.text.starts_with("//!");
    let all = sources();
    let findings = all.iter().filter(needs_doc).filter(silent).map(|source| source.path.clone()).collect();
    report(&findings, "a module begins with a //! that says what it is for");
}

#[test]
fn every_limit_limits_something() {
    let all = sources();
    let limits = all.iter().find(|source| source.path == "src/limits.rs").expect("src/limits.rs");
    let names = limits.text.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let used = |name: &str| {
        let others = all.iter().filter(|source| source.path != "src/limits.rs");
        others.flat_map(Source::code_lines).any(|(_, line)| source::names(line, name))
    };
    let findings = names.filter(|name| !used(name)).map(Into::into).collect();
    report(&findings, "a limit that nothing asks for is a promise that nobody keeps");
}

/// All tests are one program, so a file that it does not list would pass by never running.
#[test]
fn every_test_runs() {
    let program = fs::read_to_string(root().join("tests/main.rs")).expect("tests/main.rs");
    let entries = fs::read_dir(root().join("tests")).expect("tests").map(|entry| entry.expect("an entry").file_name());
    let names = entries.filter_map(|name| name.to_string_lossy().strip_suffix(".rs").map(ToOwned::to_owned));
    let listed = |name: &str| name == "main" || program.lines().any(|line| line == format!("mod {name};"));
    let findings = names.filter(|name| !listed(name)).map(|name| format!("tests/{name}.rs")).collect();
    report(&findings, "a file of tests that tests/main.rs does not list never runs");
}

#[test]
fn the_top_of_the_repository_stays_small() {
    let entries = fs::read_dir(root()).expect("the repository").map(|entry| entry.expect("an entry").file_name());
    let names = entries.map(|name| name.to_string_lossy().into_owned());
    let findings = names.filter(|name| !TOP_LEVEL.contains(&name.as_str())).collect();
    report(&findings, "what lies at the top of the repository is listed in this test");
}

#[test]
fn text_is_clean() {
    let mut findings = BTreeSet::new();
    for (path, text) in text_files() {
        for (number, line) in text.lines().enumerate() {
            let number = number + 1;
            if line.ends_with([' ', '\t']) {
                findings.insert(format!("{path}:{number} ends in a space"));
            }
            if line.contains('\t') {
                findings.insert(format!("{path}:{number} has a tab"));
            }
            if line.contains('\r') {
                findings.insert(format!("{path}:{number} ends as on Windows"));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            findings.insert(format!("{path} does not end in a line break"));
        }
    }
    report(&findings, "text without tabs and trailing spaces");
}

/// A path of somebody's machine means nothing on another, and may tell a name.
#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let places = [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("/wo", "rk/")];
    let mut findings = BTreeSet::new();
    for (path, text) in text_files() {
        for (number, line) in text.lines().enumerate() {
            if let Some(place) = places.iter().find(|place| line.contains(*place)) {
                findings.insert(format!("{path}:{} names {place}", number + 1));
            }
        }
    }
    report(&findings, "no absolute paths of a machine");
}
