//! The web face: OAuth forms, key sets, health and metrics.

use crate::{
    app::App,
    exchange::{Body, Incoming, Peer, empty},
};
use http::{Request, Response};
#[derive(Clone)]
pub struct Web;
impl Web {
    pub fn new(_: App) -> Self {
        Self
    }
    pub fn serves(&self, _: &str) -> bool {
        false
    }
    pub async fn handle(&self, _: Request<Incoming>, _: Peer) -> Response<Body> {
        Response::new(empty())
    }
}
