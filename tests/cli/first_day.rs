//! `init`: once, alone, and whole or not at all.

use super::{Site, mode};
use crate::common::binary::{Binary, command, complaint, run};
use crate::common::client::Ask;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Output, Stdio},
    thread::sleep,
    time::Duration,
};

#[test]
fn init_happens_once() {
    let site = Site::new();
    site.init();
    for name in ["countersign.redb", "master.key", "admin.pat"] {
        assert_eq!(mode(site.path(name)), 0o600, "{name}");
    }
    assert_eq!(site.files(), ["admin.pat", "countersign.redb", "countersign.toml", "master.key"]);
    let token = fs::read(site.path("admin.pat")).expect("a token");
    assert!(token.starts_with(b"cs_pat_"));
    let again = complaint(&["init", "--config", &site.config()]);
    assert!(again.contains("there is a database already; nothing was changed"), "{again}");
    fs::rename(site.path("countersign.redb"), site.path("elsewhere")).expect("moved");
    let again = complaint(&["init", "--config", &site.config()]);
    assert!(again.contains("admin.pat: there is such a file already"), "{again}");
    assert!(!site.path("countersign.redb").exists());
    assert_eq!(fs::read(site.path("admin.pat")).expect("a token"), token);
}

#[test]
fn the_directory_is_asked_for_and_looked_at() {
    let site = Site::new();
    let place = site.path("data");
    let set = format!("storage.path={}", place.join("countersign.redb").display());
    let init = ["init", "--config", &site.config(), "--set", &set];
    let said = complaint(&init);
    assert!(
        said.ends_with(&format!("there is no such directory; run: install -d -m 700 {}\n", place.display())),
        "{said}"
    );
    fs::create_dir(&place).expect("made");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).expect("changed");
    let output = run(&init);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains(&format!("run: chmod 700 {}", place.display())), "{said}");
}

/// Whether the administrator's token opens the database: they come from one `init`.
async fn opens(site: &Site) -> bool {
    let server = Binary::serve(&site.path("countersign.toml"), &site.path("countersign.redb"), Stdio::null());
    server.admin(Ask::get("/auth/v1/users/me")).await.status == 200
}

#[tokio::test]
async fn of_two_at_once_one_makes_everything() {
    for _ in 0..3 {
        let site = Site::new();
        let start = || {
            let mut init = command(&["init", "--config", &site.config()]);
            init.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        };
        let both = [start(), start()].map(|init| init.wait_with_output().expect("it ends"));
        let (done, refused): (Vec<&Output>, Vec<&Output>) = both.iter().partition(|output| output.status.success());
        assert_eq!((done.len(), refused.len()), (1, 1), "{both:?}");
        let said = String::from_utf8_lossy(&refused[0].stderr);
        assert!(said.contains("another `countersign init`") || said.contains("there is a database already"), "{said}");
        assert_eq!(site.files(), ["admin.pat", "countersign.redb", "countersign.toml", "master.key"]);
        assert!(opens(&site).await);
    }
}

#[tokio::test]
async fn whenever_it_is_killed_the_next_one_succeeds_or_need_not() {
    let site = Site::new();
    for millis in (0..200).step_by(8) {
        let mut init = command(&["init", "--config", &site.config()]).stdout(Stdio::null()).spawn().expect("it starts");
        sleep(Duration::from_millis(millis));
        init.kill().expect("killed");
        init.wait().expect("ended");
        if site.path("countersign.redb").exists() {
            break;
        }
    }
    let next = run(&["init", "--config", &site.config()]);
    let said = String::from_utf8_lossy(&next.stderr);
    assert!(next.status.success() || said.contains("there is a database already"), "{said}");
    assert!(opens(&site).await);
    let names: Vec<_> = site.files().into_iter().filter(|name| !name.ends_with(".pem") && name != "tls").collect();
    let known = |name: &String| !name.starts_with(".admin") && !name.starts_with(".countersign");
    assert!(names.iter().all(known), "{names:?}");
}

/// As far as it can come: the last of these is one step before the database has its name.
#[tokio::test]
async fn what_a_killed_one_left_is_cleared_away() {
    let site = Site::new();
    fs::write(site.path(".countersign.redb.init"), "half a database").expect("written");
    fs::write(site.path(".admin.pat.init"), "cs_pat_of_nobody").expect("written");
    fs::hard_link(site.path(".admin.pat.init"), site.path("admin.pat")).expect("linked");
    site.init();
    assert_eq!(site.files(), ["admin.pat", "countersign.redb", "countersign.toml", "master.key"]);
    assert!(opens(&site).await);
}
