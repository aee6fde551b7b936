//! Single rules as code, with the words of protoc-gen-validate.

use protox::prost_reflect::{DynamicMessage, FieldDescriptor, Kind};

use crate::{names, options};

/// The checks of one value: `at` says where it is and `value` is the expression that reads it.
pub fn of_value(rules: &DynamicMessage, field: &FieldDescriptor, at: &str, value: &str) -> String {
    let mut code = String::new();
    if let Some(lengths) = options::message(rules, "string") {
        code += &length(&lengths, at, &format!("runes(&{value})"), "runes");
    }
    if let Some(lengths) = options::message(rules, "bytes") {
        code += &length(&lengths, at, &format!("{value}.len()"), "bytes");
    }
    if let Some(values) = options::message(rules, "enum") {
        code += &enumeration(&values, field, at, value);
    }
    code
}

fn length(rules: &DynamicMessage, at: &str, length: &str, unit: &str) -> String {
    let min = options::count(rules, "min_len");
    let max = options::count(rules, "max_len");
    let (range, reason) = match (min, max) {
        (None, None) => return String::new(),
        (Some(min), None) => (format!("{min}.."), format!("at least {min} {unit}")),
        (None, Some(max)) => (format!("..={max}"), format!("at most {max} {unit}")),
        (Some(min), Some(max)) => (format!("{min}..={max}"), format!("between {min} and {max} {unit}, inclusive")),
    };
    let ok = format!("({range}).contains(&{length})");
    ensure(at, &ok, &format!("value length must be {reason}"))
}

fn enumeration(rules: &DynamicMessage, field: &FieldDescriptor, at: &str, value: &str) -> String {
    let mut code = String::new();
    if options::flag(rules, "defined_only") {
        let reason = "value must be one of the defined enum values";
        code += &ensure(at, &format!("{value}.is_known()"), reason);
    }
    let refused: Vec<i32> = options::list(rules, "not_in").iter().filter_map(|it| it.as_i32()).collect();
    if let (Kind::Enum(of), false) = (field.kind(), refused.is_empty()) {
        let names: Vec<String> = refused.iter().map(|it| names::enum_value(&of, *it)).collect();
        let reason = format!("value must not be in list [{}]", names.join(" "));
        code += &ensure(at, &format!("!{refused:?}.contains(&{value}.to_i32())"), &reason);
    }
    code
}

/// Refuses with the reason unless the condition holds.
pub fn ensure(at: &str, ok: &str, reason: &str) -> String {
    format!("{at}.ensure({ok}, {reason:?})?;\n")
}
