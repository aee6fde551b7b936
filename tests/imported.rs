//! Secrets that were made elsewhere: how they are taken, what the first use of one does, and what nobody learns by it.

mod first_use;
mod limits;
mod taking;

use crate::common::{
    Kit, text,
    web::{API, Auth},
};
use serde_json::{Value, json};

/// What all the hashes below were made of.
const SECRET: &str = "Zx8kQ2vB7nM4pL0sT6wY3cR9";
const BCRYPT: &str = "$2b$04$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG.";
const ARGON2ID: &str = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const SCRYPT: &str = "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Zai/+UE8quevWyeaRv9ZEw/Cs/248sx79z4izqerlyY";
const PBKDF2: &str = "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$XhMoxIME5+pb66Hew7woyt/31QpmldIxCqVJHGXk+W8";
const SHA256_CRYPT: &str = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
const SHA512_CRYPT: &str = "$6$rounds=1000$0123456789abcdef$\
    BSk.ph5H5K2OGOhiZkwJoDPhMtCxZdI0m4A3xL2rJcceQ/SK3HV4MvbU2iNdg/O5bXQkPzWx.50HBXnL1V7eq0";

/// Adds a user of this name with this hash; returns its id.
async fn with_hash(kit: &Kit, user_name: &str, hash: &str) -> String {
    let user = kit.machine(user_name).await;
    kit.ok("credential/ImportSecret", json!({ "userId": user, "hash": hash })).await;
    user
}

/// Whether the token endpoint takes the secret; what it refuses, it refuses like any other.
async fn takes(kit: &Kit, user_name: &str, secret: &str) -> bool {
    let answer = kit.ask_token(Auth::Basic(user_name, secret), API).await;
    if answer.status != 200 {
        answer.refuses(401, "invalid_client", "client authentication failed");
    }
    answer.status == 200
}

/// How often slow hashes were computed, or were not for want of a place, and what came of it.
fn checks(kit: &Kit, result: &str) -> u64 {
    let line = format!("countersign_imported_secret_checks_total{{result=\"{result}\"}} ");
    let text = kit.app.metrics.render();
    text.lines().find_map(|found| found.strip_prefix(&line)).map_or(0, |count| count.parse().expect("a number"))
}

/// What happened to a user, oldest first.
async fn events(kit: &Kit, user: &str) -> Vec<String> {
    let events = kit.ok("admin/ListEvents", json!({ "aggregateId": user, "asc": true, "limit": 100 })).await;
    let events = events["events"].as_array().cloned().unwrap_or_default();
    events.iter().map(|event| text(&event["type"]["type"])).collect()
}

async fn credentials(kit: &Kit, user: &str) -> Vec<Value> {
    let listed = kit.ok("credential/ListCredentials", json!({ "userId": user })).await;
    listed["credentials"].as_array().cloned().unwrap_or_default()
}
