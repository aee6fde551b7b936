//! Keys and personal access tokens of many users at a time (v2).

use crate::{
    app::{
        App,
        credential_filter::{self, Filter},
        page::Page,
        reply,
    },
    authz::{Authenticated, Orgs},
    error::{Error, Result},
    id::{CredentialId, OrgId, UserId},
    model::Credential,
    permission::UserRead,
    proto::zitadel::{filter::v2::PaginationResponse, user::v2},
    store::{Direction, Listed, State},
    time::Timestamp,
};
use std::cmp::Ordering;

/// The keys of all users that the caller may read, and its own.
pub async fn keys(app: App, who: Authenticated, request: v2::ListKeysRequest) -> Result<v2::ListKeysResponse> {
    let query = Query {
        kind: Listed::Keys,
        filters: credential_filter::keys(&request.filters)?,
        column: Column::of(request.sorting_column.map(|column| column.to_i32())),
        page: Page::v2(request.pagination.as_option())?,
    };
    let (pagination, rows) = query.answer(app, who).await?;
    let view = |row: Row| v2::Key {
        creation_date: reply::timestamp(row.created).into(),
        change_date: reply::timestamp(row.changed).into(),
        id: row.id.to_string(),
        user_id: row.user.to_string(),
        organization_id: row.org.to_string(),
        expiration_date: reply::timestamp(row.expires).into(),
    };
    Ok(v2::ListKeysResponse { pagination: pagination.into(), result: rows.into_iter().map(view).collect() })
}

/// The personal access tokens of all users that the caller may read, and its own; without their texts.
pub async fn personal_access_tokens(
    app: App,
    who: Authenticated,
    request: v2::ListPersonalAccessTokensRequest,
) -> Result<v2::ListPersonalAccessTokensResponse> {
    let query = Query {
        kind: Listed::PersonalAccessTokens,
        filters: credential_filter::personal_access_tokens(&request.filters)?,
        column: Column::of(request.sorting_column.map(|column| column.to_i32())),
        page: Page::v2(request.pagination.as_option())?,
    };
    let (pagination, rows) = query.answer(app, who).await?;
    let view = |row: Row| v2::PersonalAccessToken {
        creation_date: reply::timestamp(row.created).into(),
        change_date: reply::timestamp(row.changed).into(),
        id: row.id.to_string(),
        user_id: row.user.to_string(),
        organization_id: row.org.to_string(),
        expiration_date: reply::timestamp(row.expires).into(),
    };
    let result = rows.into_iter().map(view).collect();
    Ok(v2::ListPersonalAccessTokensResponse { pagination: pagination.into(), result })
}

struct Query {
    kind: Listed,
    /// A credential is listed if it meets all of them.
    filters: Vec<Filter>,
    column: Column,
    page: Page,
}

/// What a list can be sorted by: the same numbers in both APIs.
#[derive(Debug, Clone, Copy)]
enum Column {
    Created,
    Id,
    User,
    Org,
    Expires,
}

/// What is shown of a credential.
struct Row {
    id: CredentialId,
    user: UserId,
    org: OrgId,
    created: Timestamp,
    changed: Timestamp,
    expires: Timestamp,
}

/// What the caller may see.
struct Sight {
    orgs: Orgs,
    caller: UserId,
    caller_org: OrgId,
}

/// The first rows of a list, whatever the order in which they come.
struct First {
    column: Column,
    page: Page,
    rows: Vec<Row>,
    total: u64,
}

/// How many rows more than it needs [`First`] keeps before it sorts and drops them.
const SPARE_ROWS: usize = 4096;

impl Query {
    async fn answer(self, app: App, who: Authenticated) -> Result<(PaginationResponse, Vec<Row>)> {
        let page = self.page;
        // Without a filter by user it walks whole organisations, which must not stand in other requests' way.
        let found = tokio::task::spawn_blocking(move || {
            let snapshot = app.store.snapshot()?;
            let state = snapshot.state();
            let orgs = who.orgs_where::<UserRead>(&state, &app.roles)?;
            let sight = Sight { orgs, caller: who.caller.user, caller_org: who.caller.org };
            self.find(&state, &sight)
        });
        let (total, rows) = found.await.map_err(Error::internal)??;
        let applied_limit = page.limit as u64;
        Ok((PaginationResponse { total_result: total, applied_limit, ..Default::default() }, rows))
    }

    fn find(&self, state: &State<'_>, sight: &Sight) -> Result<(u64, Vec<Row>)> {
        let mut first = First { column: self.column, page: self.page, rows: Vec::new(), total: 0 };
        let mut see = |credentials: &mut dyn Iterator<Item = Result<Credential>>| -> Result<()> {
            for credential in credentials {
                let credential = credential?;
                if self.wants(&credential) && sight.reaches(&credential) {
                    first.add(credential);
                }
            }
            Ok(())
        };
        let user =
            self.filters.iter().find_map(|filter| if let Filter::User(user) = filter { Some(user) } else { None });
        let org = self.filters.iter().find_map(|filter| if let Filter::Org(org) = filter { Some(org) } else { None });
        match (user, org, &sight.orgs) {
            (Some(None), _, _) | (_, Some(None), _) => {}
            (Some(Some(user)), _, _) => see(&mut state.credentials(user)?)?,
            (None, Some(Some(org)), orgs) if orgs.contain(org) => {
                see(&mut state.credentials_in(self.kind, Some(org))?)?
            }
            (None, None, Orgs::All) => see(&mut state.credentials_in(self.kind, None)?)?,
            (None, None, Orgs::These(orgs)) => {
                for org in orgs {
                    see(&mut state.credentials_in(self.kind, Some(org))?)?;
                }
                if !orgs.contains(&sight.caller_org) {
                    see(&mut state.credentials(&sight.caller)?)?;
                }
            }
            (None, Some(Some(_)), _) => see(&mut state.credentials(&sight.caller)?)?,
        }
        Ok(first.cut())
    }

    fn wants(&self, credential: &Credential) -> bool {
        Listed::of(&credential.kind) == self.kind && self.filters.iter().all(|filter| filter.matches(credential))
    }
}

impl Sight {
    fn reaches(&self, credential: &Credential) -> bool {
        credential.user == self.caller || self.orgs.contain(&credential.org)
    }
}

impl First {
    fn add(&mut self, credential: Credential) {
        let Credential { id, user, org, expires, stamps, .. } = credential;
        self.rows.push(Row { id, user, org, created: stamps.created, changed: stamps.changed, expires });
        self.total += 1;
        if self.rows.len() > self.wanted().saturating_add(self.wanted()).saturating_add(SPARE_ROWS) {
            self.sort();
            self.rows.truncate(self.wanted());
        }
    }

    /// How many rows there are on all windows up to this one.
    fn wanted(&self) -> usize {
        self.page.skip().saturating_add(self.page.limit)
    }

    fn sort(&mut self) {
        let column = self.column;
        self.rows.sort_unstable_by(|a, b| match self.page.direction {
            Direction::Ascending => column.compare(a, b),
            Direction::Descending => column.compare(b, a),
        });
    }

    fn cut(mut self) -> (u64, Vec<Row>) {
        self.sort();
        (self.total, self.rows.into_iter().skip(self.page.skip()).take(self.page.limit).collect())
    }
}

impl Column {
    /// By the number on the wire. Without one, by age.
    fn of(number: Option<i32>) -> Self {
        match number {
            Some(2) => Self::Id,
            Some(3) => Self::User,
            Some(4) => Self::Org,
            Some(5) => Self::Expires,
            _ => Self::Created,
        }
    }

    /// What is equal goes by id, so that no credential stands on two pages.
    fn compare(self, a: &Row, b: &Row) -> Ordering {
        let order = match self {
            Self::Created => a.created.cmp(&b.created),
            Self::Id => Ordering::Equal,
            Self::User => a.user.cmp(&b.user),
            Self::Org => a.org.cmp(&b.org),
            Self::Expires => a.expires.cmp(&b.expires),
        };
        order.then_with(|| a.id.cmp(&b.id))
    }
}
