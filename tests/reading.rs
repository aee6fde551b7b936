//! What reading costs: counted in rows, without a clock. A page costs the same however long its list is, and what no
//! index answers ends at a limit, or with its caller.

mod bounds;
mod pages;

use crate::common::Kit;
use countersign::{
    id::{Id, OrgId, ProjectId, UserId},
    model::{
        AccessTokenType, Draft, InstanceFact, OrgFact, PrivateLabeling, ProjectFact, ProjectSettings, UserFact,
        UserGrantFact,
    },
};
use std::time::Duration;

/// A server with so many of everything. Half of the users and organisations are out of use.
struct Crowd {
    kit: Kit,
    /// Where all users have grants.
    project: ProjectId,
}

fn id<K>(number: usize) -> Id<K> {
    Id::parse(&format!("{number:06}")).expect("an id")
}

impl Crowd {
    async fn of(size: usize) -> Self {
        let kit = Kit::new().await;
        let home = OrgId::parse(&kit.org).expect("an id");
        let instance = kit.app.store.snapshot().expect("a snapshot").state().instance().expect("an instance").id;
        let project: ProjectId = id(0);
        let settings = ProjectSettings {
            asserts_roles: false,
            checks_role: false,
            checks_project: false,
            private_labeling: PrivateLabeling::Unspecified,
        };
        let mut events = vec![Draft::project(&home, &project, ProjectFact::Added { name: "P".into(), settings })];
        for number in 0..size {
            let (org, user): (OrgId, UserId) = (id(number), id(number));
            let name = format!("Org {number:06}");
            events
                .push(Draft::org(&org, OrgFact::Added { name, primary_domain: format!("org-{number:06}.localhost") }));
            let user_name = format!("bot-{number:06}");
            let (name, description) = (format!("The {user_name}"), String::new());
            let access_token_type = AccessTokenType::Bearer;
            events.push(Draft::user(
                &home,
                &user,
                UserFact::MachineAdded { user_name, name, description, access_token_type },
            ));
            let roles = vec!["ORG_OWNER".to_owned()];
            events.push(Draft::org(&org, OrgFact::MemberAdded { user: user.clone(), roles: roles.clone() }));
            events.push(Draft::org(&home, OrgFact::MemberAdded { user: user.clone(), roles }));
            let roles = vec!["IAM_OWNER_VIEWER".to_owned()];
            events.push(Draft::instance(&instance, InstanceFact::MemberAdded { user: user.clone(), roles }));
            let key = UserFact::KeyAdded {
                credential: id(number),
                public_key: Vec::new(),
                algorithm: "EdDSA".into(),
                expires: kit.clock.now() + Duration::from_secs(number as u64),
            };
            events.push(Draft::user(&home, &user, key));
            let shared = ProjectFact::GrantAdded { grant: id(number), org: org.clone(), roles: Vec::new() };
            events.push(Draft::project(&home, &project, shared));
            let fact = UserGrantFact::Added { user: user.clone(), project: project.clone(), roles: Vec::new() };
            events.push(Draft::user_grant(&home, &id(number), fact));
            if number % 2 == 1 {
                events.push(Draft::org(&org, OrgFact::Deactivated));
                events.push(Draft::user(&home, &user, UserFact::Locked));
            }
        }
        kit.happen(events).await;
        Self { kit, project }
    }
}
