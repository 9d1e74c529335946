//! Reference pages of the registry, for people.

use super::model::{Alias, Event, Method, Registry};
use super::output::{Output, header};

/// All pages.
pub fn pages(registry: &Registry) -> Vec<Output> {
    [
        ("kinds", "spec/registry/{kinds,statuses,loss_reasons}.yaml", kinds(registry)),
        ("attributes", "spec/registry/attributes.yaml", attributes(registry)),
        ("events", "spec/registry/events/", events(registry)),
    ]
    .into_iter()
    .map(|(name, source, text)| {
        let head = header("xtask/src/codegen/pages.rs", source);
        Output { path: format!("spec/reference/{name}.md"), text: format!("<!-- {head} -->\n\n{text}") }
    })
    .collect()
}

fn kinds(registry: &Registry) -> String {
    let mut text = String::from("# Kinds, statuses, loss reasons\n\n## Span kinds\n\n");
    let rows = registry.kinds.iter().map(|kind| {
        [
            code(&kind.name),
            cell(&kind.brief),
            codes(&kind.otel_operations),
            code(&kind.openinference),
            codes(&kind.aliases),
        ]
    });
    table(&mut text, ["kind", "meaning", "`gen_ai.operation.name`", "OpenInference", "also called"], rows);
    text.push_str("\n## Statuses\n\nHow a span ended.\n\n");
    let rows = registry
        .statuses
        .iter()
        .map(|status| [code(&status.name), cell(&status.brief), status.otel.clone(), codes(&status.aliases)]);
    table(&mut text, ["status", "meaning", "OpenTelemetry", "also called"], rows);
    text.push_str("\nWhat a reader says of a span that has not ended; never in an event.\n\n");
    let rows = registry.reader_states.iter().map(|state| [code(&state.name), cell(&state.brief)]);
    table(&mut text, ["state", "meaning"], rows);
    text.push_str("\n## Loss reasons\n\nThe `reason` of a `loss` event, and of what a flush reports as dropped.\n\n");
    let rows =
        registry.loss_reasons.iter().map(|reason| [code(&reason.name), cell(&reason.brief), reason.unit.clone()]);
    table(&mut text, ["reason", "meaning", "counts"], rows);
    text
}

fn attributes(registry: &Registry) -> String {
    let mut text = String::from(
        "# Attributes\n\nNames of conventions are adopted as they are. *Content* is what people, models or tools said: it is left out where content is not to be recorded. *Personal data* says \
         whether a value may say something about a person. A name in the last column is read as the one in the first; where it is marked with *, its value has another form and is \
         converted.\n",
    );
    for group in &registry.groups {
        text.push_str(&format!(
            "\n## {}\n\n{}\n\nFrom [{}]({}), version {}.\n\n",
            group.name, group.brief, group.convention, group.source, group.version
        ));
        let rows = group.attributes.iter().map(|attribute| {
            let mut meaning = cell(&attribute.brief);
            if !attribute.values.is_empty() {
                meaning.push_str(&format!(" Values: {}.", codes(&attribute.values)));
            }
            if !attribute.value_aliases.is_empty() {
                let read: Vec<String> = attribute
                    .value_aliases
                    .iter()
                    .map(|(old, new)| format!("{} as {}", code(old), code(new)))
                    .collect();
                meaning.push_str(&format!(" Read {}.", read.join(", ")));
            }
            let converted = attribute.converts.iter().map(|name| format!("{}\\*", code(name)));
            let older: Vec<String> = attribute.replaces.iter().map(|name| code(name)).chain(converted).collect();
            [
                code(&attribute.name),
                attribute.value_type.text().to_owned(),
                meaning,
                attribute.stability.text().replace('_', " "),
                if attribute.content { "yes".to_owned() } else { String::new() },
                if attribute.pii.text() == "none" { String::new() } else { attribute.pii.text().to_owned() },
                older.join(", "),
            ]
        });
        table(&mut text, ["name", "type", "meaning", "stability", "content", "personal data", "older names"], rows);
    }
    text
}

fn events(registry: &Registry) -> String {
    let mut text = String::from(
        "# Protocol events\n\nAn event of a protocol is an `event` with this `body.name`; its attributes are in `body.attributes`, what it carried is in `body.data`. A short name may be given in \
         place of an event's name: it stands for that event with the attributes that it sets.\n",
    );
    for protocol in &registry.protocols {
        text.push_str(&format!(
            "\n## {}\n\nVersions {}, after [its source]({}).\n",
            protocol.title,
            protocol.versions.join(" and "),
            protocol.source
        ));
        for event in &protocol.events {
            event_section(&mut text, event);
        }
        if !protocol.methods.is_empty() {
            text.push_str(&format!("\n### Methods of {}\n\n", protocol.title));
            table(
                &mut text,
                ["method", "form", "sent by", "versions", "remarks"],
                protocol.methods.iter().map(method_row),
            );
        }
        if !protocol.aliases.is_empty() {
            text.push_str(&format!("\n### Short names of {}\n\n", protocol.title));
            table(&mut text, ["short name", "event", "with"], protocol.aliases.iter().map(alias_row));
        }
    }
    text
}

fn event_section(text: &mut String, event: &Event) {
    text.push_str(&format!("\n### `{}`\n\n{}\n\n", event.name, event.brief));
    text.push_str(&format!("- has {}\n", codes(&event.attributes.required)));
    if !event.attributes.optional.is_empty() {
        text.push_str(&format!("- may have {}\n", codes(&event.attributes.optional)));
    }
    if let Some(data) = &event.data {
        text.push_str(&format!("- `data`: {data}\n"));
    }
}

fn method_row(method: &Method) -> [String; 5] {
    let mut remarks = Vec::new();
    if !method.deprecated.is_empty() {
        remarks.push(format!("deprecated in {}", method.deprecated.join(", ")));
    }
    if let Some(extension) = &method.extension {
        remarks.push(format!("since 2026-07-28 in the extension `{extension}`"));
    }
    if method.within.is_some() {
        remarks.push("since 2026-07-28 inside an `input_required` result".to_owned());
    }
    [
        code(&method.name),
        method.form.text().to_owned(),
        method.from.text().to_owned(),
        method.versions.join(", "),
        remarks.join("; "),
    ]
}

fn alias_row(alias: &Alias) -> [String; 3] {
    let sets = alias.sets.iter().map(|(name, value)| format!("{} = {}", code(name), code(value)));
    let requires = alias.requires.iter().map(|name| format!("any {}", code(name)));
    let absent = alias.absent.iter().map(|name| format!("no {}", code(name)));
    [code(&alias.name), code(&alias.event), sets.chain(requires).chain(absent).collect::<Vec<_>>().join(", ")]
}

/// Writes a table in Markdown.
pub fn table<const N: usize>(text: &mut String, head: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    text.push_str(&format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(N)));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
}

/// A text for a cell of a table.
pub fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A name set as code.
pub fn code(name: &str) -> String {
    format!("`{name}`")
}

fn codes(names: &[String]) -> String {
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}
