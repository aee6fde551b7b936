//! What the protos declare about each rpc: who may call it, and how it is reached over plain HTTP.

/// One rpc.
#[derive(Debug)]
pub struct Route {
    /// The full name of the service and the method, as in the path of a gRPC call but without its
    /// first slash: `zitadel.management.v1.ManagementService/GenerateMachineSecret`.
    pub procedure: &'static str,
    /// The permission that a caller has to hold, `authenticated` when any live token will do, and
    /// empty when no caller is needed at all.
    pub permission: &'static str,
    /// How it is reached over plain HTTP; at least one way.
    pub rest: &'static [Rest],
    /// What its request is made of.
    pub request: &'static Schema,
}

/// One way to reach an rpc over plain HTTP, as `google.api.http` declares it.
#[derive(Debug)]
pub struct Rest {
    /// The method, in capitals.
    pub method: &'static str,
    /// The whole path. A segment in braces is a variable and names a field of the request, in the
    /// form that `matchit` reads: `/management/v1/users/{user_id}/secret`. One with a star, at the end,
    /// takes all that is left, with its slashes.
    pub path: &'static str,
    /// Whether the body is the request; if not, what the path leaves open comes from the query string.
    pub body: bool,
    /// The status of an answer that is no error.
    pub success: u16,
}

/// The fields of a message, as far as a path or a query string can fill them.
#[derive(Debug)]
pub struct Schema {
    /// The full name of the message.
    pub name: &'static str,
    /// All its fields; the members of a oneof are among them.
    pub fields: &'static [Field],
}

/// Whether what has this full name is this server's own, and none of ZITADEL's.
pub fn is_own(name: &str) -> bool {
    name.starts_with("countersign.")
}

impl Schema {
    /// Whether the message is this server's own.
    pub fn is_own(&self) -> bool {
        is_own(self.name)
    }

    /// The names that fields have in JSON, for people.
    pub fn field_names(&self) -> String {
        self.fields.iter().map(|field| field.json).collect::<Vec<_>>().join(", ")
    }

    /// The field of this name, given as the proto or as JSON spells it. Both are accepted on input
    /// (ProtoJSON, "JSON options").
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name || field.json == name)
    }
}

/// One field of a message.
#[derive(Debug)]
pub struct Field {
    /// The name in the proto: `user_name`.
    pub name: &'static str,
    /// The name in JSON: `userName`.
    pub json: &'static str,
    /// What it holds, or what each of its items holds.
    pub kind: Kind,
    /// Whether it is a list.
    pub repeated: bool,
}

/// What a field holds, which decides how the text of a query parameter becomes JSON.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`, without quotes.
    Bool,
    /// Base64 text.
    Bytes,
    /// Seconds as text: `3600s`.
    Duration,
    /// The name of a value as text, or its number without quotes.
    Enum,
    /// A message: its fields are reached with dots, as in `query.limit`. Messages may contain each
    /// other, so whoever follows this names a depth at which to stop.
    Message(&'static Schema),
    /// An integer of any width; JSON takes it with quotes and without.
    Number,
    /// Text as it stands.
    String,
    /// An RFC 3339 timestamp as text.
    Timestamp,
}

include!(concat!(env!("OUT_DIR"), "/routes.rs"));
