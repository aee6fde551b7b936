//! A server that is made once and then opened again and again, each time as it was: opening costs little, so every
//! step of a test can have one of its own.

use super::{Kit, START, disk::Disk, settings};
use countersign::{
    api::Api,
    app::{App, Parts},
    keys::{Algorithm, Keys, MasterKey, vault},
    permission::Roles,
    random::Random,
    store::{Options, Store},
    telemetry::Metrics,
    time::Clock,
};
use std::sync::Arc;

/// The bytes of a closed database, and who is in it.
pub struct Image {
    bytes: Vec<u8>,
    org: String,
    admin: String,
    admin_token: String,
    demo: String,
    demo_secret: String,
}

impl Image {
    /// Makes a server, lets `prepare` fill it, and closes it.
    pub async fn make(prepare: impl AsyncFnOnce(&Kit)) -> Self {
        let disk = Disk::default();
        let kit = Kit::on(disk.clone(), Algorithm::EdDsa).await;
        prepare(&kit).await;
        let Kit { app, api, org, admin, admin_token, demo, demo_secret, .. } = kit;
        drop((app, api));
        Self { bytes: disk.bytes(), org, admin, admin_token, demo, demo_secret }
    }

    /// A server on a copy.
    pub fn open(&self) -> Kit {
        self.open_on(&self.disk())
    }

    /// A copy of the disk.
    pub fn disk(&self) -> Disk {
        Disk::holding(self.bytes.clone())
    }

    /// A server on a disk that holds a later state of the image.
    pub fn open_on(&self, disk: &Disk) -> Kit {
        let clock = Arc::new(Clock::manual(START));
        let options = Options { clock: clock.clone(), cache_bytes: 16 << 20, on_commit: Box::new(|_| {}) };
        let store = Store::on_backend(disk.clone(), options).expect("a store");
        // The kit's master key is the first that this seed gives.
        let master = MasterKey::generate(&Random::from_seed(1));
        let keys = Keys::new(vault::open_ring(&store, &master, clock.now()).expect("a ring"));
        let app = App::new(Parts {
            store,
            keys,
            master,
            clock: clock.clone(),
            random: Random::from_seed(2),
            roles: Arc::new(Roles::built_in().expect("roles")),
            settings: settings(Algorithm::EdDsa),
            metrics: Arc::new(Metrics::new()),
        });
        Kit {
            api: Api::new(app.clone()),
            app,
            clock,
            org: self.org.clone(),
            admin: self.admin.clone(),
            admin_token: self.admin_token.clone(),
            demo: self.demo.clone(),
            demo_secret: self.demo_secret.clone(),
        }
    }
}
