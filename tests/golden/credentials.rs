//! Credentials and what can happen to them.

use super::records::{Example, at, hash, id, stamps};
use countersign::model::{Bounds, Credential, CredentialFact, CredentialKind, Editor, LastUse, Network, UserFact};
use countersign::secret::SecretHash;
use countersign::time::Timestamp;

pub fn credentials() -> Vec<Example<Credential>> {
    let credential = |kind| Credential {
        id: id("401"),
        user: id("301"),
        org: id("201"),
        kind,
        hint: "x7Qz".into(),
        label: "blue deployer".into(),
        creator: Editor::User(id("302")),
        expires: Timestamp::NEVER,
        suspended: false,
        tokens_not_before: at(0),
        bounds: Bounds::default(),
        warned: None,
        stamps: stamps(),
    };
    let narrowed = Credential {
        creator: Editor::System,
        suspended: true,
        tokens_not_before: at(3),
        bounds: bounds(),
        warned: Some(7),
        ..credential(CredentialKind::Secret { hash: hash() })
    };
    let all = vec![
        ("narrowed", narrowed),
        ("secret", credential(CredentialKind::Secret { hash: hash() })),
        ("imported-secret", credential(CredentialKind::Secret { hash: SecretHash::Imported("$5$salt$hash".into()) })),
        (
            "personal-access-token",
            credential(CredentialKind::PersonalAccessToken { hash: hash(), scopes: vec!["openid".into()] }),
        ),
        ("key", credential(CredentialKind::Key { public_key: vec![0x30, 0x2a], algorithm: "RS256".into() })),
    ];
    // A new kind does not compile until it stands here, and then it needs an example above.
    for (_, Credential { kind, .. }) in &all {
        match kind {
            CredentialKind::Secret { .. } | CredentialKind::PersonalAccessToken { .. } | CredentialKind::Key { .. } => {
            }
        }
    }
    all
}

pub fn credential_facts() -> Vec<UserFact> {
    let facts = [
        CredentialFact::Renamed { label: "green deployer".into() },
        CredentialFact::Suspended,
        CredentialFact::Resumed,
        CredentialFact::ExpirySet { expires: at(9) },
        CredentialFact::BoundsSet { bounds: bounds() },
        CredentialFact::TokensEnded,
        CredentialFact::ExpiryNear { days: 30 },
        CredentialFact::Leaked,
        CredentialFact::Upgraded { hash: hash() },
    ];
    let added = UserFact::SecretAdded {
        credential: id("401"),
        hash: hash(),
        hint: "x7Qz".into(),
        label: "green deployer".into(),
        expires: at(9),
        bounds: bounds(),
    };
    facts.into_iter().map(|fact| UserFact::Credential(id("401"), fact)).chain([added]).collect()
}

fn bounds() -> Bounds {
    Bounds {
        networks: ["192.0.2.0/24", "2001:db8::/32"].map(|text| Network::parse(text).expect("a network")).into(),
        scopes: vec!["openid".into()],
        roles: vec!["ORG_OWNER".into()],
        read_only: true,
    }
}

pub fn last_uses() -> Vec<Example<LastUse>> {
    let last_use = |address: Option<&str>, accepted| LastUse {
        at: at(5),
        address: address.map(|text| text.parse().expect("an address")),
        agent: "curl/8.5.0".into(),
        accepted,
        failures: if accepted { 0 } else { 3 },
        accepted_at: Some(at(if accepted { 5 } else { 4 })),
        accepted_address: "192.0.2.7".parse().ok().filter(|_| address.is_some()),
        accepted_agent: "curl/8.5.0".into(),
    };
    vec![
        ("accepted", last_use(Some("192.0.2.7"), true)),
        ("refused", last_use(Some("2001:db8::7"), false)),
        ("from-nowhere", last_use(None, true)),
    ]
}
