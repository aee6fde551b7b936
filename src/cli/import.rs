//! `countersign import`: a fleet of another system moves in.

use super::{
    ConfigOptions, Failure, failure,
    open::Opened,
    serve::settings,
    terminal::{note, say},
};
use crate::{
    app::import::{self, Checked, Refused, Totals},
    keys::file,
    limits::{
        MAX_ARGON2_LANES, MAX_ARGON2_WORK, MAX_BCRYPT_COST, MAX_CREDENTIAL_BYTES, MAX_HASH_MEMORY,
        MAX_IMPORT_LINE_BYTES, MAX_IMPORT_LINES, MAX_LIVE_SECRETS, MAX_PBKDF2_SHA256_ITERATIONS,
        MAX_PBKDF2_SHA512_ITERATIONS, MAX_SCRYPT_WORK, MAX_SHA_CRYPT_ROUNDS, MAX_SHA_CRYPT_SECRET, MIN_PLAIN_CHARS,
    },
};
use clap::Args;
use std::{
    fmt::Write,
    io::BufReader,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What `--help` says of the file, with the limits.
fn format() -> String {
    let limits = [
        ("<plain>", MIN_PLAIN_CHARS as u64),
        ("<most>", MAX_CREDENTIAL_BYTES as u64),
        ("<bcrypt>", MAX_BCRYPT_COST.into()),
        ("<m>", MAX_HASH_MEMORY >> 10),
        ("<m*t>", MAX_ARGON2_WORK >> 10),
        ("<p>", MAX_ARGON2_LANES.into()),
        ("<scrypt>", MAX_HASH_MEMORY),
        ("<scrypt*p>", MAX_SCRYPT_WORK),
        ("<sha256>", MAX_PBKDF2_SHA256_ITERATIONS.into()),
        ("<sha512>", MAX_PBKDF2_SHA512_ITERATIONS.into()),
        ("<rounds>", MAX_SHA_CRYPT_ROUNDS.into()),
        ("<chars>", MAX_SHA_CRYPT_SECRET as u64),
        ("<secrets>", MAX_LIVE_SECRETS as u64),
        ("<line>", MAX_IMPORT_LINE_BYTES as u64),
        ("<lines>", MAX_IMPORT_LINES),
    ];
    limits.iter().fold(FORMAT.to_owned(), |text, (name, limit)| text.replace(name, &limit.to_string()))
}

const FORMAT: &str = "\
The file has one JSON object in each line, either of:

  {\"organization\": {\"name\": \"Platform\", \"id\": \"69629023906488334\"}}
  {\"user\": {\"userName\": \"ci\", \"secrets\": [{\"hash\": \"$2a$10$...\"}]}}

An organisation has a name, and an id if it is to keep its own. It must not
be there yet.

A user is a machine user, and has
  userName          its client id; nobody's in the database or in the file
  organization      the id or the name of one in a line above or in the
                    database [default: the default organisation]
  id                the subject of its tokens, if it is to keep its own
  name              [default: the userName]
  description
  accessTokenType   bearer or jwt [default: bearer]
  state             active, inactive or locked [default: active]
  roles             in its organisation, such as [\"ORG_USER_MANAGER\"]
  secrets           up to <secrets>, each with
    plain           the secret itself: <plain> to <most> characters that look
                    as if nobody could guess them; nobody else's
    hash            or what another system kept of it, up to these limits:
                    bcrypt ($2a$, $2b$, $2y$): a cost of <bcrypt>
                    argon2id: m=<m>, m times t <m*t>, p=<p>
                    scrypt: 128 times r times 2 to the ln <scrypt>,
                    that times p <scrypt*p>
                    PBKDF2 ($pbkdf2-sha256$): <sha256> iterations
                    PBKDF2 ($pbkdf2-sha512$): <sha512> iterations
                    SHA-crypt ($5$, $6$): <rounds> rounds, and <chars> bytes
                    of the secret
    label           what people call it
    expires         such as 2027-01-31T12:00:00Z [default: never]

Nothing else may stand in a line. A line has <line> bytes at most, a file
<lines> lines. Only its owner may be able to read it.

First every line is checked, and nothing is applied if one is wrong. Then
they are applied, some hundred at a time. If that is interrupted, start it
again with the same file, and it goes on where it stopped.";

#[derive(Args)]
#[command(after_long_help = format())]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// The file, whose format --help describes
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Check the file and say what it amounts to, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// How often it is said how far it is.
const NEWS: Duration = Duration::from_secs(1);

pub fn run(options: &Options) -> Result<(), Failure> {
    let config = options.config.load()?;
    let issuer = options.config.issuer(&config)?;
    let opened = Opened::existing(&config.storage)?;
    let app = opened.into_app(&config.storage.master_key_path(), settings(&config, issuer))?;
    let mut file = BufReader::new(file::open(&options.file).map_err(failure)?);
    // Most files are checked before there is anything to say.
    let mut progress = Progress { told: Some(Instant::now()), ..Progress::new("checked", 0) };
    let wrong = |reason: Refused| refused(&options.file, reason);
    let checked = import::check(&app, &mut file, |line| progress.tell(line, None)).map_err(wrong)?;
    let Checked { lines, done, totals, .. } = &checked;
    if *lines == 0 {
        return Err(Failure(format!("The file {} has no lines; there is nothing to import.", options.file.display())));
    }
    if done == lines {
        say(&format!("{}: imported already: {}", options.file.display(), amount(totals)));
        return Ok(());
    }
    if options.dry_run {
        let so_far = if *done > 0 { format!(" ({done} of {lines} lines are done already)") } else { String::new() };
        let (file, amount) = (options.file.display(), amount(totals));
        say(&format!("{file}: nothing is wrong, and nothing was changed: {amount}{so_far}"));
        return Ok(());
    }
    if *done > 0 {
        note(&format!("goes on after line {done}"));
    }
    let mut progress = Progress::new("imported", *done);
    import::apply(&app, &mut file, &checked, |line| progress.tell(line, Some(*lines))).map_err(wrong)?;
    progress.sum_up(*lines);
    say(&format!("{}: imported: {}", options.file.display(), amount(totals)));
    Ok(())
}

fn amount(totals: &Totals) -> String {
    let Totals { organizations, users, secrets, hashed } = totals;
    format!("{organizations} organisations, {users} users, {secrets} secrets ({hashed} of them hashed)")
}

/// Says how far it is, now and then.
struct Progress {
    what: &'static str,
    first: u64,
    began: Instant,
    told: Option<Instant>,
}

impl Progress {
    fn new(what: &'static str, first: u64) -> Self {
        Self { what, first, began: Instant::now(), told: None }
    }

    fn tell(&mut self, line: u64, of: Option<u64>) {
        // The last line is left to the sum.
        if of == Some(line) || self.told.is_some_and(|told| told.elapsed() < NEWS) {
            return;
        }
        self.told = Some(Instant::now());
        let share = of.map(|of| format!(" of {of} lines ({} %)", line * 100 / of.max(1))).unwrap_or_default();
        note(&format!("{} {line}{share}, {} lines/s", self.what, self.pace(line)));
    }

    fn sum_up(&self, line: u64) {
        note(&format!("{} {line} of {line} lines (100 %), {} lines/s", self.what, self.pace(line)));
    }

    fn pace(&self, line: u64) -> u64 {
        ((line - self.first) as f64 / self.began.elapsed().as_secs_f64().max(0.001)) as u64
    }
}

fn refused(file: &Path, refused: Refused) -> Failure {
    let (wrong, more, done) = match refused {
        Refused::Failed(error) => return error.into(),
        Refused::Lines { wrong, more, done } => (wrong, more, done),
    };
    let applied = match done {
        0 => "nothing was applied".to_owned(),
        done => format!("nothing was applied after line {done}"),
    };
    let mut said = format!("{}: these lines are wrong, and {applied}:", file.display());
    for (line, reason) in wrong {
        let _ = write!(said, "\n  line {line}: {reason}");
    }
    if more > 0 {
        let _ = write!(said, "\n  and {more} more lines");
    }
    Failure(said)
}
