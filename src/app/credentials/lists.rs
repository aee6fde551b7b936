//! Keys and personal access tokens of many users at a time (v2).

use crate::{
    app::{
        App,
        credentials::{self, filter::Filter},
        merged::Merged,
        page::Page,
        reply,
    },
    authz::{Authenticated, Orgs},
    error::Result,
    id::{OrgId, UserId},
    limits::MAX_MERGED_ORGS,
    model::{Credential, CredentialColumn, columns::instant, fault},
    permission::UserRead,
    proto::zitadel::{filter::v2::PaginationResponse, user::v2},
    store::{Counted, CredentialType, Direction, Part, Snapshot, State},
};

/// The keys of all users that the caller may read, and its own.
pub async fn keys(app: App, who: Authenticated, request: v2::ListKeysRequest) -> Result<v2::ListKeysResponse> {
    let query = Query {
        kind: CredentialType::Keys,
        filters: credentials::filter::keys(&request.filters)?,
        column: column(request.sorting_column.map(|column| column.to_i32())),
        page: Page::v2(request.pagination.as_option(), app.clock.now())?,
    };
    let (pagination, rows) = query.answer(app, who).await?;
    let view = |row: Credential| v2::Key {
        creation_date: reply::timestamp(row.stamps.created).into(),
        change_date: reply::timestamp(row.stamps.changed).into(),
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
        kind: CredentialType::PersonalAccessTokens,
        filters: credentials::filter::personal_access_tokens(&request.filters)?,
        column: column(request.sorting_column.map(|column| column.to_i32())),
        page: Page::v2(request.pagination.as_option(), app.clock.now())?,
    };
    let (pagination, rows) = query.answer(app, who).await?;
    let view = |row: Credential| v2::PersonalAccessToken {
        creation_date: reply::timestamp(row.stamps.created).into(),
        change_date: reply::timestamp(row.stamps.changed).into(),
        id: row.id.to_string(),
        user_id: row.user.to_string(),
        organization_id: row.org.to_string(),
        expiration_date: reply::timestamp(row.expires).into(),
    };
    let result = rows.into_iter().map(view).collect();
    Ok(v2::ListPersonalAccessTokensResponse { pagination: pagination.into(), result })
}

struct Query {
    kind: CredentialType,
    /// A credential is listed if it meets all of them.
    filters: Vec<Filter>,
    column: CredentialColumn,
    page: Page,
}

/// What the caller may see.
struct Sight {
    orgs: Orgs,
    caller: UserId,
    caller_org: OrgId,
}

/// Whose credentials are looked through: organisations', or all if there is a `None`; and maybe the caller's own.
struct Scope<'a> {
    orgs: Vec<Option<&'a OrgId>>,
    own: bool,
}

type Credentials<'a> = Box<dyn Iterator<Item = Result<Credential>> + 'a>;

impl Query {
    async fn answer(self, app: App, who: Authenticated) -> Result<(PaginationResponse, Vec<Credential>)> {
        let page = self.page;
        let roles = app.roles.clone();
        let find = move |snapshot: &Snapshot| {
            let state = snapshot.state();
            let orgs = who.orgs_where::<UserRead>(&state, &roles)?;
            let sight = Sight { orgs, caller: who.caller.user.clone(), caller_org: who.caller.org.clone() };
            self.find(&state, &sight)
        };
        let (total, rows) = app.store.read(find).await?;
        Ok((page.applied(total), rows))
    }

    fn find(&self, state: &State<'_>, sight: &Sight) -> Result<(u64, Vec<Credential>)> {
        let scope = sight.scope(&self.filters)?;
        if let Some(few) = self.candidates(state, sight, &scope)? {
            return Ok(self.among(few.filter(|found| self.wants(sight, found)).collect::<Result<_>>()?));
        }
        if let (true, Some(org)) = (self.is_plain(), scope.the_one()) {
            let total = state.count(Counted::Credentials(self.kind, org))?;
            let list = |direction| state.credentials_in(self.kind, org, self.column, Part::All, direction);
            return Ok((total, self.page.of(total, list)?));
        }
        let all = self.in_order(state, sight, &scope)?;
        self.page.pick_counted(all.filter(|found| self.wants(sight, found)))
    }

    /// Credentials among which all that match must be, in no order, where a filter says more than an organisation.
    fn candidates<'s>(
        &'s self,
        state: &State<'s>,
        sight: &Sight,
        scope: &Scope<'_>,
    ) -> Result<Option<Credentials<'s>>> {
        let mut lists: Vec<Credentials<'s>> = Vec::new();
        let Some(narrowest) = self.filters.iter().filter(|filter| filter.width().is_some()).min_by_key(|f| f.width())
        else {
            return Ok(None);
        };
        match narrowest {
            Filter::Id(Some(id)) => {
                let one = Part::Only(id.as_str().as_bytes());
                let found = state.credentials_in(self.kind, None, CredentialColumn::Id, one, Direction::Ascending)?;
                lists.push(Box::new(found));
            }
            Filter::User(Some(user)) => lists.push(Box::new(state.credentials(user)?)),
            Filter::Created(time) | Filter::Expires(time) => {
                let column = match narrowest {
                    Filter::Created(_) => CredentialColumn::CreationDate,
                    _ => CredentialColumn::ExpirationDate,
                };
                let (first, last) = time.bounds();
                let (first, last) = (instant(first), instant(last));
                for org in &scope.orgs {
                    let part = Part::Between(&first, &last);
                    let found = state.credentials_in(self.kind, *org, column, part, Direction::Ascending)?;
                    lists.push(Box::new(found));
                }
                if scope.own {
                    lists.push(Box::new(state.credentials(&sight.caller)?));
                }
            }
            Filter::Id(None) | Filter::User(None) | Filter::Org(_) => {}
        }
        Ok(Some(Box::new(lists.into_iter().flatten())))
    }

    /// All in scope, in the order of the list.
    fn in_order<'s>(&self, state: &State<'s>, sight: &Sight, scope: &Scope<'_>) -> Result<Credentials<'s>> {
        let (column, direction) = (self.column, self.page.direction);
        let mut lists: Vec<Credentials<'s>> = Vec::new();
        for org in &scope.orgs {
            lists.push(Box::new(state.credentials_in(self.kind, *org, column, Part::All, direction)?));
        }
        if scope.own {
            let own = state.credentials(&sight.caller)?.collect::<Result<Vec<_>>>()?;
            lists.push(Box::new(self.sorted(own).into_iter().map(Ok)));
        }
        let lists = lists.into_iter().map(|list| list.map(move |found| found.map(|found| (column, found))));
        let merged = Merged::new(
            lists.collect(),
            |(column, found): &(CredentialColumn, Credential)| (column.sort_key(found), found.id.clone()),
            direction,
        )?;
        Ok(Box::new(merged.map(|found| found.map(|(_, found)| found))))
    }

    fn sorted(&self, mut credentials: Vec<Credential>) -> Vec<Credential> {
        credentials.sort_by_cached_key(|found| (self.column.sort_key(found), found.id.clone()));
        if self.page.direction == Direction::Descending {
            credentials.reverse();
        }
        credentials
    }

    fn among(&self, few: Vec<Credential>) -> (u64, Vec<Credential>) {
        let total = few.len() as u64;
        let shown = self.sorted(few).into_iter().skip(self.page.skip()).take(self.page.limit);
        (total, shown.collect())
    }

    /// Whether everything in scope is wanted.
    fn is_plain(&self) -> bool {
        self.filters.iter().all(|filter| matches!(filter, Filter::Org(_))) && self.filters.len() <= 1
    }

    /// An error is passed on.
    fn wants(&self, sight: &Sight, found: &Result<Credential>) -> bool {
        found.as_ref().map_or(true, |found| {
            CredentialType::of(&found.kind) == self.kind
                && sight.reaches(found)
                && self.filters.iter().all(|filter| filter.matches(found))
        })
    }
}

impl Sight {
    fn reaches(&self, credential: &Credential) -> bool {
        credential.user == self.caller || self.orgs.contain(&credential.org)
    }

    fn scope<'a>(&'a self, filters: &'a [Filter]) -> Result<Scope<'a>> {
        let asked = filters.iter().find_map(|filter| if let Filter::Org(org) = filter { Some(org) } else { None });
        Ok(match (asked, &self.orgs) {
            (Some(None), _) => Scope { orgs: Vec::new(), own: false },
            (Some(Some(org)), orgs) if orgs.contain(org) => Scope { orgs: vec![Some(org)], own: false },
            (Some(Some(_)), _) => Scope { orgs: Vec::new(), own: true },
            (None, Orgs::All) => Scope { orgs: vec![None], own: false },
            (None, Orgs::These(orgs)) if orgs.len() > MAX_MERGED_ORGS => return Err(fault::LIST_TOO_WIDE.into()),
            (None, Orgs::These(orgs)) => {
                Scope { orgs: orgs.iter().map(Some).collect(), own: !orgs.contains(&self.caller_org) }
            }
        })
    }
}

impl<'a> Scope<'a> {
    /// The one part of the index that has everything in scope, if there is one.
    fn the_one(&self) -> Option<Option<&'a OrgId>> {
        match self.orgs.as_slice() {
            [one] if !self.own => Some(*one),
            _ => None,
        }
    }
}

/// By the number on the wire, the same in both APIs. Without one, by age.
fn column(number: Option<i32>) -> CredentialColumn {
    match number {
        Some(2) => CredentialColumn::Id,
        Some(3) => CredentialColumn::User,
        Some(4) => CredentialColumn::Org,
        Some(5) => CredentialColumn::ExpirationDate,
        _ => CredentialColumn::CreationDate,
    }
}
