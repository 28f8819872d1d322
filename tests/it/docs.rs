//! What is written down is what the program does.

use std::{fmt::Write, fs};

use async_graphql_parser::types::{TypeKind, TypeSystemDefinition};
use entity::Right;
use safepact::{
    advocacy, capacity, concerns, config, decisions, dialogue, foundations, incidents, partnerships,
    platform::{limits::Limits, sdl::right_name},
    policy, reviews, risk, schema,
};
use sea_orm::Iterable;

use crate::support::{golden, repository};

#[test]
fn the_schema_is_the_committed_one() {
    golden("schema.graphql", &schema::sdl(&schema::build(Limits::default()).unwrap().0));
}

#[test]
fn what_is_enforced_is_what_the_schema_says() {
    let (schema, types) = schema::build(Limits::default()).unwrap();
    let document = async_graphql_parser::parse_schema(schema::sdl(&schema)).unwrap();
    let (mut fields_read, mut inputs_read) = (0, 0);
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let of = definition.node.name.node;
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::InputObject(input) => {
                let known = types.input(&of).unwrap();
                assert_eq!(known.iter().count(), input.fields.len(), "{of}");
                for field in input.fields {
                    assert_eq!(known.get(&field.node.name.node), Some(&field.node.ty.node), "{of}");
                }
                inputs_read += 1;
                continue;
            }
            _ => continue,
        };
        assert_eq!(types.root(&of).count(), fields.len(), "{of}");
        for field in fields.into_iter().map(|field| field.node) {
            let name = format!("{of}.{}", field.name.node);
            let known = types.field(&of, &field.name.node).expect(&name);
            assert_eq!(known.ty, field.ty.node, "{name}");
            assert_eq!(known.arguments.iter().count(), field.arguments.len(), "{name}");
            for argument in field.arguments {
                assert_eq!(known.arguments.get(&argument.node.name.node), Some(&argument.node.ty.node), "{name}");
            }
            let directive = field.directives.iter().find(|directive| directive.node.name.node == "requires");
            let says = directive.map(|directive| directive.node.arguments[0].1.node.to_string());
            assert_eq!(known.requires.map(right_name), says, "{name}");
            fields_read += 1;
        }
    }
    assert!(fields_read > 2000 && inputs_read > 200, "{fields_read} fields, {inputs_read} inputs");
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = schema::sdl(&schema::build(Limits::default()).unwrap().0);
    let mut described = false;
    let mut inside = false;
    let mut bare = Vec::new();
    for line in sdl.lines() {
        let text = line.trim();
        if inside {
            inside = text != "\"\"\"";
            continue;
        }
        if text == "\"\"\"" {
            (inside, described) = (true, true);
            continue;
        }
        let names_nothing = text.is_empty()
            || text.starts_with([')', '}'])
            || text.starts_with("schema")
            || text.starts_with("directive")
            || text.starts_with("query:")
            || text.starts_with("mutation:")
            || text.starts_with("subscription:");
        if !names_nothing && !described {
            bare.push(text.to_owned());
        }
        described = false;
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn the_settings_are_documented() {
    let text = format!(
        "# Configuration\n\nA flag beats the environment, that beats the file (`safepact.toml`, or the one named by `--config` or \
         `SAFEPACT_CONFIG`), that beats the default. A wrong value is refused at start. `safepact doctor` checks everything.\n\n{}",
        config::table()
    );
    golden("docs/configuration.md", &text);
}

#[test]
fn the_rights_are_documented() {
    let mut out = String::from(
        "# Permissions\n\nPrinted from `api/src/policy.rs`. A right exists only through a standing in the data and counts in the space named \
         here: one's own side or organisation, never another's. Tokens say who somebody is, never what they may do. The operator of the server \
         has no right in this table.\n\n",
    );
    for right in Right::iter() {
        writeln!(out, "## {}\n", right_name(right)).unwrap();
        let lines: Vec<_> = policy::TABLE.iter().filter(|line| line.rights.contains(&right)).collect();
        assert!(!lines.is_empty(), "{right:?} is given to nobody");
        for line in lines {
            writeln!(out, "- {:?}, in the {:?} space", line.role, line.space).unwrap();
        }
        out.push('\n');
    }
    golden("docs/permissions.md", &out);
}

#[test]
fn the_lifecycles_are_drawn() {
    let mut out = String::from("# Lifecycles\n\nDrawn from the tables that decide. Guards stand in brackets.\n");
    for diagram in [
        partnerships::rules::LIFECYCLE.diagram(),
        foundations::rules::LIFECYCLE.diagram(),
        concerns::rules::LIFECYCLE.diagram(),
        reviews::rules::LIFECYCLE.diagram(),
        reviews::rules::ACTION_LIFECYCLE.diagram(),
        dialogue::rules::PLAN.diagram(),
        dialogue::rules::FEEDBACK.diagram(),
        decisions::rules::LIFECYCLE.diagram(),
        decisions::rules::CONSULTATION.diagram(),
        capacity::rules::NEED.diagram(),
        capacity::rules::ACTIVITY.diagram(),
        advocacy::rules::STRATEGY.diagram(),
        risk::rules::LIFECYCLE.diagram(),
        incidents::rules::LIFECYCLE.diagram(),
    ] {
        writeln!(out, "\n```mermaid\n{diagram}```").unwrap();
    }
    golden("docs/lifecycles.md", &out);
}

#[test]
fn the_readme_names_every_command() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for command in [
        "serve",
        "migrate",
        "demo",
        "token",
        "schema",
        "verify",
        "doctor",
        "enrol",
        "import incidents",
        "generation bump",
    ] {
        assert!(readme.contains(&format!("`safepact {command}")), "{command}");
    }
}
