//! The use cases: what can be done, whoever asks over whatever wire.
//!
//! A use case takes the application, the proof that it needs, and its request. Reading ones look at a snapshot; changing
//! ones hand the store a closure that decides on the state at that moment and says which events shall happen.

pub mod bootstrap;
mod cascade;
mod context;
pub mod credentials;
pub mod events;
pub mod import;
pub mod instance;
pub mod machines;
pub mod members;
mod merged;
pub mod metadata;
pub mod orgs;
mod pace;
mod page;
pub mod projects;
pub mod recovery;
mod reply;
pub mod settings;
mod text_match;
mod time_match;
pub mod user_grants;

pub use context::{App, Parts, Settings};
