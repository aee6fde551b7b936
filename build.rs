//! Turns the protos under `src/proto` into Rust, in pure Rust: protox reads them, buffa-build writes
//! the messages, and the modules below write what buffa does not know: the route table, the checks
//! of requests, the index for reflection and the OpenAPI document.

#![allow(clippy::expect_used, clippy::panic, reason = "a build script tells what is wrong by stopping")]

#[path = "src/proto/build/descriptors.rs"]
mod descriptors;
#[allow(dead_code, reason = "most of them say nothing about messages")]
#[path = "src/limits.rs"]
mod limits;
#[path = "src/proto/build/names.rs"]
mod names;
#[path = "src/proto/build/openapi/mod.rs"]
mod openapi;
#[path = "src/proto/build/options.rs"]
mod options;
#[path = "src/proto/build/routes.rs"]
mod routes;
#[path = "src/proto/build/rpcs.rs"]
mod rpcs;
#[path = "src/proto/build/rules.rs"]
mod rules;
#[path = "src/proto/build/validate.rs"]
mod validate;

use std::path::{Path, PathBuf};
use std::{env, fs};

const ROOT: &str = "src/proto";

/// The packages that hold only options: they are compiled, but no request carries their messages.
const OPTIONS_ONLY: [&str; 4] = ["google/", "validate/", "zitadel/protoc_gen_zitadel/", "zitadel/v1/options.proto"];

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let protos = protos();
    let mut compiler = compile(&protos);

    write_messages(&out, &compiler, &protos);
    let pool = compiler.descriptor_pool();
    write(&out, "routes.rs", routes::generate(&pool));
    write(&out, "validate.rs", validate::generate(&pool));
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets CARGO_PKG_VERSION");
    let document = openapi::generate(&pool, &version);
    write(&out, "openapi.etag", openapi::tag(&document));
    write(&out, "openapi.json", document);

    // What is embedded in the binary goes without comments: reflection clients do not read them.
    let set = compiler.include_source_info(false).encode_file_descriptor_set();
    write(&out, "descriptors.rs", descriptors::generate(&pool, &set));
    write(&out, "descriptors.bin", set);
}

/// Every proto under the root, by the name that imports use.
fn protos() -> Vec<String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/limits.rs");
    println!("cargo::rerun-if-changed={ROOT}/build");
    let mut found = Vec::new();
    for entry in entries(Path::new(ROOT)) {
        if entry.is_dir() && !entry.ends_with("build") {
            println!("cargo::rerun-if-changed={}", entry.display());
            collect(&entry, &mut found);
        }
    }
    found.sort();
    found
}

fn collect(dir: &Path, found: &mut Vec<String>) {
    for entry in entries(dir) {
        if entry.is_dir() {
            collect(&entry, found);
        } else if entry.extension().is_some_and(|is| is == "proto") {
            let name = entry.strip_prefix(ROOT).expect("the walk began at the root");
            found.push(name.to_str().expect("the names are ASCII").to_owned());
        }
    }
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let read = fs::read_dir(dir).expect("the proto folders are readable");
    read.map(|entry| entry.expect("a folder's entries are readable").path())
}

fn compile(protos: &[String]) -> protox::Compiler {
    let mut compiler = protox::Compiler::new([ROOT]).expect("the proto root exists");
    compiler.include_imports(true).include_source_info(true);
    if let Err(error) = compiler.open_files(protos) {
        panic!("{error:?}");
    }
    compiler
}

/// The messages: owned types only, since a request outlives its bytes here, and no room for unknown
/// fields, since nothing is ever passed on.
fn write_messages(out: &Path, compiler: &protox::Compiler, protos: &[String]) {
    let set = out.join("commented.bin");
    fs::write(&set, compiler.encode_file_descriptor_set()).expect("OUT_DIR is writable");
    let served: Vec<&String> =
        protos.iter().filter(|name| !OPTIONS_ONLY.iter().any(|skip| name.starts_with(skip))).collect();
    buffa_build::Config::new()
        .descriptor_set(set)
        .files(&served)
        .generate_views(false)
        .generate_json(true)
        .generate_with_setters(false)
        .preserve_unknown_fields(false)
        .file_per_package(true)
        .include_file("messages.rs")
        .compile()
        .expect("buffa understands every construct that the protos use");
}

fn write(out: &Path, name: &str, content: impl AsRef<[u8]>) {
    fs::write(out.join(name), content).expect("OUT_DIR is writable");
}
