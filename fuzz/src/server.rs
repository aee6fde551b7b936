//! The server of the tests, without sockets, for targets that need all of it.

#[path = "../../tests/common/mod.rs"]
mod common;

pub use common::Kit;
use countersign::{rest::Rest, web::Web};
use std::{cell::RefCell, sync::Arc};
use tokio::runtime::Runtime;

pub struct Server {
    pub runtime: Runtime,
    pub kit: Kit,
    pub rest: Rest,
    pub web: Web,
    /// A token that the target got.
    pub token: String,
    age: usize,
}

/// After so many inputs there is a new server, so that what they leave in it does not pile up.
const OLD: usize = 20_000;

impl Server {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let kit = runtime.block_on(Kit::new());
        let rest = Rest::new(Arc::new(countersign::api::Api::new(kit.app.clone())));
        let web = Web::new(kit.app.clone());
        Self { runtime, kit, rest, web, token: String::new(), age: 0 }
    }

    /// Says that the administrator has locked itself out: the next input meets a new server.
    pub fn retire(&mut self) {
        self.age = OLD;
    }
}

/// Runs `test` with the server.
pub fn with(test: impl FnOnce(&mut Server)) {
    thread_local! {
        static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
    }
    SERVER.with_borrow_mut(|slot| {
        if slot.as_ref().is_some_and(|server| server.age >= OLD) {
            *slot = None;
        }
        let server = slot.get_or_insert_with(Server::new);
        server.age += 1;
        test(server);
    });
}
