//! What `dev` tells people and programs about the server that it started.

use super::{
    super::{Failure, failure},
    directory::{Demo, Directory},
};
use crate::keys::file;
use serde_json::json;
use std::path::Path;

/// What a person needs, and lines to paste into another terminal.
pub fn text(url: &str, directory: &Directory, demo: &Demo) -> String {
    let Demo { client_id, client_secret, .. } = demo;
    let dir = directory.path().display();
    let ca = directory.ca().display().to_string();
    let token = directory.admin_token().display().to_string();
    format!(
        r#"Countersign answers at {url}

  CA certificate       {ca}
  administrator token  {token}
  client id            {client_id}
  client secret        {client_secret}

Paste into another terminal, to create a machine user, create its secret, get a token,
introspect it, and call the API with it:

  D='{dir}' U={url} N=ci-$(date +%s) && A="authorization: Bearer $(cat "$D/admin.pat")"
  ID=$(curl -sS --cacert "$D/ca.pem" -H "$A" "$U/management/v1/users/machine" -d '{{"userName":"'$N'","name":"CI"}}' | sed 's/.*"userId":"\([^"]*\)".*/\1/') && echo "user $ID"
  S=$(curl -sS --cacert "$D/ca.pem" -H "$A" -X PUT "$U/management/v1/users/$ID/secret" | sed 's/.*"clientSecret":"\([^"]*\)".*/\1/') && echo "secret $S"
  T=$(curl -sS --cacert "$D/ca.pem" -u "$N:$S" "$U/oauth/v2/token" -d grant_type=client_credentials -d scope=urn:zitadel:iam:org:project:id:zitadel:aud | sed 's/.*"access_token":"\([^"]*\)".*/\1/') && echo "token $T"
  curl -sS --cacert "$D/ca.pem" -u "$N:$S" "$U/oauth/v2/introspect" -d "token=$T"; echo
  curl -sS --cacert "$D/ca.pem" -H "authorization: Bearer $T" "$U/auth/v1/users/me"; echo

Ctrl-C stops it."#
    )
}

/// Writes `file` whole, so that whoever waits for it never reads half of it.
pub fn write_ready_file(file: &Path, url: &str, directory: &Directory, demo: &Demo) -> Result<(), Failure> {
    let ready = json!({
        "url": url,
        "ca_file": directory.ca(),
        "admin_token_file": directory.admin_token(),
        "org_id": demo.org_id,
        "user_id": demo.user_id,
        "client_id": demo.client_id,
        "client_secret": demo.client_secret,
        "pid": std::process::id(),
    });
    file::write_private_atomically(file, ready.to_string().as_bytes()).map_err(failure)
}
