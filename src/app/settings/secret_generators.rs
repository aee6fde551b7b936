//! What generated secrets look like, for tools that ask. The form is fixed: scanners recognise a leaked secret by it, and
//! its length and alphabet give a secret 256 bits.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
    },
    authz::Authorized,
    error::Result,
    model::fault,
    permission::{IamRead, IamWrite},
    proto::zitadel::{
        admin::v1 as wire,
        settings::v1::{SecretGenerator, SecretGeneratorType as Type, secret_generator_query::Query},
    },
    secret::SecretText,
    store::State,
};
use buffa::EnumValue;

/// The form of machine users' secrets. There are no other generators, because this server makes no codes for people.
pub async fn get(
    app: App,
    _: Authorized<IamRead>,
    request: wire::GetSecretGeneratorRequest,
) -> Result<wire::GetSecretGeneratorResponse> {
    let generator = generator(&app.store.snapshot()?.state(), &request.generator_type)?;
    Ok(wire::GetSecretGeneratorResponse { secret_generator: generator.into() })
}

/// Lists the one generator that there is.
pub async fn list(
    app: App,
    _: Authorized<IamRead>,
    request: wire::ListSecretGeneratorsRequest,
) -> Result<wire::ListSecretGeneratorsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let kind = EnumValue::from(Type::SECRET_GENERATOR_TYPE_APP_SECRET);
    let is_wanted = request.queries.iter().all(|query| match &query.query {
        Some(Query::TypeQuery(query)) => query.generator_type == kind,
        None => true,
    });
    let generator = generator(&app.store.snapshot()?.state(), &kind)?;
    let (details, result) = page.cut(is_wanted.then_some(generator).into_iter().collect());
    Ok(wire::ListSecretGeneratorsResponse { details: details.into(), result })
}

/// Accepts the settings that are in force already, and refuses all others.
pub async fn update(
    app: App,
    _: Authorized<IamWrite>,
    request: wire::UpdateSecretGeneratorRequest,
) -> Result<wire::UpdateSecretGeneratorResponse> {
    let SecretGenerator { details, length, include_lower_letters, include_upper_letters, include_digits, .. } =
        generator(&app.store.snapshot()?.state(), &request.generator_type)?;
    let expires = request.expiry.as_option().is_some_and(|expiry| expiry.seconds != 0 || expiry.nanos != 0);
    let same = request.length == length
        && request.include_lower_letters == include_lower_letters
        && request.include_upper_letters == include_upper_letters
        && request.include_digits == include_digits
        && !request.include_symbols
        && !expires;
    if !same {
        return Err(fault::SECRET_GENERATOR_FIXED.into());
    }
    Ok(wire::UpdateSecretGeneratorResponse { details })
}

fn generator(state: &State<'_>, kind: &EnumValue<Type>) -> Result<SecretGenerator> {
    if kind.as_known() != Some(Type::SECRET_GENERATOR_TYPE_APP_SECRET) {
        return Err(fault::HUMANS_UNSUPPORTED.into());
    }
    let instance = state.instance()?;
    Ok(SecretGenerator {
        generator_type: *kind,
        details: reply::viewed(&instance.stamps, instance.id.as_str()).into(),
        length: u32::try_from(SecretText::GENERATED_CHARS).unwrap_or(u32::MAX),
        include_lower_letters: true,
        include_upper_letters: true,
        include_digits: true,
        // But for the two underscores of the prefix, which says whose secret it is.
        include_symbols: false,
        ..Default::default()
    })
}
