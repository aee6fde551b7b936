//! `import`: a fleet of another system moves in, whole or not at all, however often it is interrupted.

use super::Site;
use crate::common::{
    binary::{Binary, command, complaint, run},
    client::{Ask, Http},
    text,
    web::basic,
};
use serde_json::{Value, json};
use std::{
    fmt::Write,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    process::{Output, Stdio},
};

const SECRET: &str = "Zx8kQ2vB7nM4pL0sT6wY3cR9";
const HASHED: &str = "Q7-kd93.mXw20_vTnB6sLp8~Rj";

fn site() -> Site {
    let site = Site::new();
    site.init();
    site
}

fn hash(secret: &str) -> String {
    bcrypt::hash_with_salt(secret, 4, [9; 16]).expect("a hash").format_for_version(bcrypt::Version::TwoA)
}

/// Writes the lines where only their owner reads them.
fn write(site: &Site, lines: &[Value]) -> String {
    let lines = lines.iter().fold(String::new(), |mut lines, line| {
        writeln!(lines, "{line}").expect("a string takes anything");
        lines
    });
    write_text(site, &lines)
}

fn write_text(site: &Site, text: &str) -> String {
    let path = site.path("fleet.jsonl");
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    path.display().to_string()
}

fn import(site: &Site, file: &str, more: &[&str]) -> Output {
    run(&[&["import", "--config", &site.config(), file], more].concat())
}

fn said(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(site: &Site, file: &str) -> String {
    let output = import(site, file, &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.stdout.is_empty() && !said.contains(SECRET) && !said.contains(HASHED), "{said}");
    said
}

fn fleet() -> Vec<Value> {
    vec![
        json!({ "organization": { "name": "Platform", "id": "69629023906488334" } }),
        json!({ "organization": { "name": "Data Team" } }),
        json!({ "user": {
            "organization": "69629023906488334", "id": "69629026806489455", "userName": "ci", "name": "CI",
            "description": "builds", "accessTokenType": "jwt", "roles": ["ORG_USER_MANAGER"],
            "secrets": [
                { "plain": SECRET, "label": "keycloak" },
                { "hash": hash(HASHED), "label": "zitadel", "expires": "2100-01-01T00:00:00Z" },
            ],
        } }),
        json!({ "user": { "organization": "data team", "userName": "Etl", "state": "inactive" } }),
        json!({ "user": { "userName": "robot", "state": "locked" } }),
    ]
}

#[tokio::test]
async fn a_fleet_moves_in_without_a_new_secret() {
    let site = site();
    let file = write(&site, &fleet());
    let amount = "2 organisations, 3 users, 2 secrets (1 of them hashed)";
    let tried = said(&import(&site, &file, &["--dry-run"]));
    assert!(tried.contains("nothing was changed") && tried.contains(amount), "{tried}");
    let output = import(&site, &file, &[]);
    let done = said(&output);
    assert!(done.contains(": imported: ") && done.contains(amount), "{done}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("imported 5 of 5 lines (100 %)"));
    for _ in 0..2 {
        let again = said(&import(&site, &file, &[]));
        assert!(again.contains("imported already") && again.contains(amount), "{again}");
    }
    assert!(run(&["check", "--config", &site.config()]).status.success());

    let token = |name: &str, secret: &str| {
        let ask = Ask::post("/oauth/v2/token").header("content-type", "application/x-www-form-urlencoded");
        ask.header("authorization", basic(name, secret)).body("grant_type=client_credentials&scope=openid")
    };
    // The first use, and what is known after a restart.
    for _ in 0..2 {
        let server = Binary::serve(&site.path("countersign.toml"), &site.path("countersign.redb"), Stdio::null());
        for secret in [SECRET, HASHED] {
            let issued = server.client.send(Http::One, token("ci", secret)).await.ok();
            let access = text(&issued["access_token"]);
            let me = server.client.send(Http::One, Ask::get("/oidc/v1/userinfo").bearer(&access)).await.ok();
            assert_eq!(me["sub"], "69629026806489455");
        }
        assert_eq!(server.client.send(Http::One, token("ci", "wrong")).await.status, 401);
        let users = server.admin(Ask::post("/v2/users").body("{}")).await.ok();
        let users = users["result"].as_array().expect("a list").clone();
        let user = |name: &str| users.iter().find(|user| user["username"] == name).expect("a user").clone();
        assert_eq!(
            (&user("ci")["state"], &user("Etl")["state"]),
            (&json!("USER_STATE_ACTIVE"), &json!("USER_STATE_INACTIVE"))
        );
        assert_eq!(user("robot")["state"], "USER_STATE_LOCKED");
        assert_eq!(user("ci")["details"]["resourceOwner"], "69629023906488334");
        assert_eq!(user("ci")["machine"]["accessTokenType"], "ACCESS_TOKEN_TYPE_JWT");
        assert_ne!(user("Etl")["details"]["resourceOwner"], user("robot")["details"]["resourceOwner"]);
        let members =
            Ask::post("/management/v1/orgs/me/members/_search").header("x-zitadel-orgid", "69629023906488334");
        let members = server.admin(members.body("{}")).await.ok();
        assert_eq!(members["result"][0]["roles"], json!(["ORG_USER_MANAGER"]));
        let upgraded = json!({ "eventTypes": ["user.credential.upgraded"] });
        let events = server.admin(Ask::post("/admin/v1/events/_search").json(&upgraded)).await.ok();
        assert_eq!(events["events"].as_array().expect("a list").len(), 1);
        let mut server = server;
        server.signal("TERM");
        server.end();
    }
}

#[test]
fn every_wrong_line_is_named_and_nothing_is_applied() {
    let site = site();
    let other = "x1-Kd93.mXw20_vTnB6sLp8~Rj";
    let lines = [
        json!({ "organization": { "name": "Fine" } }),
        json!({ "organization": { "name": "fine" } }),
        json!({ "organization": { "name": "Countersign" } }),
        json!({ "organization": { "name": "Odd", "id": "no id" } }),
        json!({ "organization": { "name": "Old", "colour": "red" } }),
        json!({ "user": { "userName": "a", "secrets": [{ "plain": SECRET }] } }),
        json!({ "user": { "userName": "b", "secrets": [{ "plain": SECRET }] } }),
        json!({ "user": { "userName": "A " } }),
        json!({ "user": { "userName": "c", "id": "a" } }),
        json!({ "user": { "userName": "admin" } }),
        json!({ "user": { "userName": "d", "organization": "Nowhere" } }),
        json!({ "user": { "userName": "e", "secrets": [{ "plain": "short" }] } }),
        json!({ "user": { "userName": "f", "secrets": [{ "hash": "5f4dcc3b5aa765d61d8327deb882cf99" }] } }),
        json!({ "user": { "userName": "g", "secrets": [{ "hash": hash(other), "plain": other }] } }),
        json!({ "user": { "userName": "h", "secrets": [{ "hash": hash(other), "expires": "2020-01-01T00:00:00Z" }] } }),
        json!({ "user": { "userName": "i", "roles": ["IAM_OWNER"] } }),
        json!({ "user": { "userName": "j", "secrets": SECRET } }),
        json!({ "user": { "userName": "k", "secrets": vec![json!({ "label": "x" }); 11] } }),
        json!({ "user": { "userName": "l", "description": "x".repeat(501) } }),
        json!({ "user": { "name": "nameless" } }),
        json!({ "group": {} }),
        json!({ "user": { "userName": " " } }),
    ];
    let file = write(&site, &lines);
    let said = refused(&site, &file);
    let first = format!("countersign: {file}: these lines are wrong, and nothing was applied:\n");
    assert!(said.starts_with(&first), "{said}");
    for (line, reason) in [
        (2, "another line has an organisation of this name"),
        (3, "Organisation's name or id already taken"),
        (4, "id must begin with a letter or digit"),
        (5, "unknown field `colour`"),
        (7, "another secret in this file is the same"),
        (8, "another line has this userName"),
        (9, "another line has this id"),
        (10, "userName: a user has this name already"),
        (11, "organization: no line above"),
        (12, "from 24 to 1024 characters"),
        (13, "hash must be bcrypt"),
        (14, "either plain or hash"),
        (15, "expires must be in the future"),
        (16, "roles must be roles of an organisation"),
        (17, "as `countersign import --help` describes"),
        (18, "10 at most"),
        (19, "500 characters at most"),
        (20, "missing field `userName`"),
        (21, "as `countersign import --help` describes"),
        (22, "userName must not be blank"),
    ] {
        let found = said.lines().find(|found| found.starts_with(&format!("  line {line}: ")));
        assert!(found.is_some_and(|found| found.contains(reason)), "line {line}, {reason}: {said}");
    }
    assert!(!said.contains("line 1:") && !said.contains("line 6:"), "{said}");
    // Nothing of it is there, so the good lines alone are taken.
    let file = write(&site, &[lines[0].clone(), lines[5].clone()]);
    assert!(self::said(&import(&site, &file, &[])).contains("imported: 1 organisations, 1 users"));
    // And what is there now is there already for another file.
    let said =
        refused(&site, &write(&site, &[json!({ "user": { "userName": "z", "secrets": [{ "plain": SECRET }] } })]));
    assert!(said.contains("line 1: This secret is a credential's already"), "{said}");
    let with_ids = |name: &str| {
        let organization = json!({ "organization": { "name": name, "id": "o1" } });
        write(&site, &[organization, json!({ "user": { "userName": name, "id": "u1" } })])
    };
    self::said(&import(&site, &with_ids("first"), &[]));
    let said = refused(&site, &with_ids("second"));
    assert!(said.contains("line 1: id: an organization") && said.contains("line 2: id: a user has this id"), "{said}");
}

#[test]
fn what_is_no_file_of_lines_is_refused() {
    let site = site();
    let file = write_text(&site, "{\n\nnot json\n");
    let said = refused(&site, &file);
    assert!(
        said.contains("line 1: column 1: this is not JSON") && said.contains("line 2: the line is blank"),
        "{said}"
    );
    let said = refused(&site, &write_text(&site, &"\n".repeat(61)));
    assert!(said.contains("line 50: ") && !said.contains("line 51: ") && said.contains("and 10 more lines"), "{said}");
    let said = refused(&site, &write_text(&site, &"x".repeat(70_000)));
    assert!(said.contains("line 1: a line can have 65536 bytes at most"), "{said}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("changed");
    assert!(refused(&site, &file).contains(&format!("; run: chmod 600 {file}")));
    let nowhere = site.path("nowhere.jsonl").display().to_string();
    assert!(
        complaint(&["import", "--config", &site.config(), &nowhere])
            .contains(&format!("{nowhere}: there is no such file"))
    );
    for empty in ["", "\n", "\u{feff}", "\u{feff}\r\n"] {
        assert!(refused(&site, &write_text(&site, empty)).contains("has no lines"), "{empty:?}");
    }
    fs::write(&file, b"{\"user\":{\"userName\":\"caf\xe9\"}}\n").expect("written");
    assert!(refused(&site, &file).contains("line 1: the line is not UTF-8"));
    let pipe = site.path("pipe").display().to_string();
    assert!(std::process::Command::new("mkfifo").args(["-m", "600", &pipe]).status().expect("mkfifo").success());
    assert!(refused(&site, &pipe).contains("is not a regular file"));
}

#[test]
fn what_other_programs_put_around_lines_does_not_matter() {
    let site = site();
    let user = |name: &str| json!({ "user": { "userName": name } });
    let file = write_text(&site, &format!("\u{feff}{}\r\n{}\r\n\r\n", user("one"), user("two")));
    assert!(said(&import(&site, &file, &[])).contains("imported: 0 organisations, 2 users"));
    assert!(said(&import(&site, &file, &[])).contains("imported already"));
    assert!(run(&["check", "--config", &site.config()]).status.success());
}

#[test]
fn a_running_server_is_left_alone() {
    let site = site();
    let file = write(&site, &fleet());
    let _server = Binary::serve(&site.path("countersign.toml"), &site.path("countersign.redb"), Stdio::null());
    assert!(refused(&site, &file).contains("another process has this database open"));
}

#[test]
fn what_is_killed_goes_on_where_it_stopped() {
    let site = site();
    let users = 3000;
    let mut lines = vec![json!({ "organization": { "name": "Fleet" } })];
    lines
        .extend((0..users).map(|user| json!({ "user": { "organization": "Fleet", "userName": format!("m-{user}") } })));
    let file = write(&site, &lines);
    let stops = (0..2).map(|_| kill_in_the_middle(&site, &file)).collect::<Vec<_>>();
    let tried = said(&import(&site, &file, &["--dry-run"]));
    assert!(tried.contains("of 3001 lines are done already"), "{tried}");
    assert!(stops[0] < stops[1] && stops[1] < users + 1, "{stops:?}");

    let output = import(&site, &file, &[]);
    assert!(said(&output).contains(&format!("imported: 1 organisations, {users} users")));
    let news = String::from_utf8_lossy(&output.stderr).into_owned();
    let after = news.lines().find_map(|line| line.strip_prefix("goes on after line ")).expect("where it goes on");
    let after: u64 = after.parse().expect("a number");
    assert!(after >= stops[1] && after.is_multiple_of(200), "{after} of {stops:?}");
    assert!(said(&import(&site, &file, &[])).contains("imported already"));
    assert!(run(&["check", "--config", &site.config()]).status.success());
    let server = Binary::serve(&site.path("countersign.toml"), &site.path("countersign.redb"), Stdio::null());
    let all = json!({ "query": { "limit": 1 } });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let found = runtime.block_on(server.admin(Ask::post("/v2/users").json(&all))).ok();
    // And the administrator.
    assert_eq!(found["details"]["totalResult"], (users + 1).to_string());
}

/// Kills an import as soon as it says that some lines are done; returns how many.
fn kill_in_the_middle(site: &Site, file: &str) -> u64 {
    let mut child =
        command(&["import", "--config", &site.config(), file]).stderr(Stdio::piped()).spawn().expect("it starts");
    let news = BufReader::new(child.stderr.take().expect("a pipe"));
    let first = news.lines().map_while(Result::ok).find(|line| line.starts_with("imported ")).expect("some lines");
    child.kill().expect("killed");
    child.wait().expect("gone");
    first.split(' ').nth(1).expect("a number").parse().expect("a number")
}
