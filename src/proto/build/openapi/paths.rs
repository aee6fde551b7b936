//! Paths of rules, as OpenAPI has them.

use std::collections::HashMap;

/// The paths so far, by what they are when their variables have no names: to OpenAPI that is what tells them apart, so
/// the first rule names the variables for all.
#[derive(Default)]
pub struct Paths(HashMap<String, String>);

impl Paths {
    /// The path of a rule. There, a variable may say how much it takes; here it has a name and nothing else.
    pub fn of(&mut self, rule: &str) -> String {
        let path = rule.replace("=**}", "}");
        let shape: Vec<_> = path.split('/').map(|it| if it.starts_with('{') { "{}" } else { it }).collect();
        self.0.entry(shape.join("/")).or_insert(path).clone()
    }
}

/// The names of a path's variables.
pub fn variables(path: &str) -> impl Iterator<Item = &str> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| name.trim_end_matches("=**"))
}
