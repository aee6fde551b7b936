//! What reflection answers from.

use super::*;

#[test]
fn every_file_is_a_slice_of_the_descriptor_set() {
    for file in FILES {
        // A FileDescriptorProto begins with its name, field 1.
        let bytes = file.bytes();
        assert_eq!(bytes[0], 0x0a);
        assert_eq!(usize::from(bytes[1]), file.name.len());
        assert!(bytes[2..].starts_with(file.name.as_bytes()));
    }
    let names: BTreeSet<_> = FILES.iter().map(|file| file.name).collect();
    let imports = FILES.iter().flat_map(|file| file.imports);
    assert_eq!(imports.filter(|name| !names.contains(*name)).count(), 0);
}

#[test]
fn reflection_finds_services_and_options_by_name() {
    let declares = |symbol: &str| FILES.iter().any(|file| file.symbols.contains(&symbol));
    for symbol in [
        "zitadel.management.v1.ManagementService",
        "zitadel.management.v1.ManagementService.AddMachineUser",
        "zitadel.user.v2.CreateUserRequest.Machine",
        "zitadel.v1.ErrorDetail",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ] {
        assert!(declares(symbol), "{symbol}");
    }
    let extensions: BTreeMap<_, _> = FILES
        .iter()
        .flat_map(|file| file.extensions)
        .filter(|(of, _)| *of == "google.protobuf.MethodOptions")
        .map(|(of, number)| (number, of))
        .collect();
    let numbers: Vec<_> = extensions.into_keys().copied().collect();
    assert_eq!(numbers, [50000, 50001, 72295728]);
}
