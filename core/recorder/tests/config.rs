//! Files and environments in, settings and problems out.

#![cfg(feature = "config")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::Path;
use tempfile::TempDir;
use tracewire_recorder::config::{KEYS, Kind, Settings, load_from};
use tracewire_wire::json;
use tracewire_wire::value::Value;

fn load(folder: &Path, environment: &[(&str, &str)]) -> Settings {
    let of = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    load_from(Some(folder), &of)
}

/// What a folder with this file and this environment gives, as JSON, with the folder's name taken out.
fn said(name: &str, text: &str, environment: &[(&str, &str)]) -> String {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let settings = load(folder.path(), environment);
    let text = String::from_utf8(json::write(&Value::from(&settings))).unwrap();
    text.replace(folder.path().to_str().unwrap(), "/project")
}

#[test]
fn toml_and_yaml_say_the_same() {
    let toml = "# ours\nservice = \"otter\"\nsampling = 0.5\nquota_bytes = \"1.5 GiB\"\nredact = [\"key\"]\ndir = \"traces\"\n\
                exporters = [\"console\", { type = \"http\", url = \"http://127.0.0.1:1\" }]\n\n[resource]\nteam = \"search\"\n";
    let yaml = "# ours\nservice: otter\nsampling: 0.5\nquota_bytes: 1.5 GiB\nredact: [key]\ndir: traces\n\
                exporters: [console, {type: http, url: 'http://127.0.0.1:1'}]\n\nresource:\n  team: search\n";
    let expected = r#"{"file":"/project/tracewire.toml","problems":[],"settings":{"dir":"/project/traces","exporters":["console",{"type":"http","url":"http://127.0.0.1:1"}],"quota_bytes":1610612736,"redact":["key"],"resource":{"team":"search"},"sampling":0.5,"service":"otter"},"sources":{"dir":"/project/tracewire.toml:6","exporters":"/project/tracewire.toml:7","quota_bytes":"/project/tracewire.toml:4","redact":"/project/tracewire.toml:5","resource":"/project/tracewire.toml:9","sampling":"/project/tracewire.toml:3","service":"/project/tracewire.toml:2"}}"#;
    assert_eq!(said("tracewire.toml", toml, &[]), expected);
    assert_eq!(said("tracewire.yaml", yaml, &[]), expected.replace(".toml", ".yaml"));
    assert_eq!(said("tracewire.yml", yaml, &[]), expected.replace(".toml", ".yml"));
}

#[test]
fn the_environment_stands_above_the_file() {
    let environment = [
        ("TRACEWIRE_SERVICE", "from outside"),
        ("TRACEWIRE_STRICT", "yes"),
        ("TRACEWIRE_CAPTURE", "input"),
        ("TRACEWIRE_EXPORTERS", "console, json"),
        ("TRACEWIRE_RESOURCE", "team=search,region=eu"),
        ("TRACEWIRE_SAMPLING", "0"),
        ("TRACEWIRE_MODE", ""),
    ];
    assert_eq!(
        said("tracewire.toml", "service = 'from the file'\n", &environment),
        r#"{"file":"/project/tracewire.toml","problems":[],"settings":{"capture":"input","exporters":["console","json"],"resource":{"region":"eu","team":"search"},"sampling":0,"service":"from outside","strict":true},"sources":{"capture":"TRACEWIRE_CAPTURE","exporters":"TRACEWIRE_EXPORTERS","resource":"TRACEWIRE_RESOURCE","sampling":"TRACEWIRE_SAMPLING","service":"TRACEWIRE_SERVICE","strict":"TRACEWIRE_STRICT"}}"#
    );
}

#[test]
fn shares_by_kind_times_and_rules_are_texts_in_the_environment() {
    let environment = [
        ("TRACEWIRE_SAMPLING", "0.1, http=0.01"),
        ("TRACEWIRE_BLOCK_BOUND", "50ms"),
        ("TRACEWIRE_TAIL", "errors=true, slower_than=2s"),
        ("TRACEWIRE_WHEN_FULL", "block"),
    ];
    let said = said("tracewire.toml", "", &environment);
    assert!(
        said.contains(
            r#""settings":{"block_bound":"50ms","sampling":{"kinds":{"http":0.01},"rate":0.1},"tail":{"errors":"true","slower_than":"2s"},"when_full":"block"}"#
        ),
        "{said}"
    );
    let wrong = "sampling = {rate = 2}\ntail = {error = true}\nblock_bound = \"soon\"\nwhen_full = \"wait\"\n";
    let said = self::said("tracewire.toml", wrong, &[]);
    for problem in [
        "a rate and kinds with theirs, each a number from 0 to 1, are expected",
        "error: there is no such rule",
        "a time is expected",
        "one of drop_newest, drop_oldest, block is expected",
    ] {
        assert!(said.contains(problem), "{problem}: {said}");
    }
}

#[test]
fn fields_are_switched_in_files_and_in_the_environment() {
    for (file, text) in [
        ("tracewire.toml", "[capture]\nmessage = false\noutput = true\n"),
        ("tracewire.yaml", "capture:\n  message: false\n  output: true\n"),
    ] {
        let said = said(file, text, &[]);
        assert!(said.contains(r#""settings":{"capture":{"message":false,"output":true}}"#), "{said}");
    }
    let of = |text: &str| said("tracewire.toml", "", &[("TRACEWIRE_CAPTURE", text)]);
    for (text, expected) in [
        ("output=false, message=No", r#""settings":{"capture":{"message":false,"output":false}}"#),
        ("data=1,", r#""settings":{"capture":{"data":true}}"#),
        ("off", r#""settings":{"capture":false}"#),
        ("output", r#""settings":{"capture":"output"}"#),
        (
            "outputs",
            "capture = outputs (TRACEWIRE_CAPTURE): true, false, input, output or a table of fields is expected",
        ),
        ("output=perhaps", "output: true or false is expected, such as {message = false}"),
        ("usage=false", "usage: there is no such field; there are input, output, chunks, data, attributes and message"),
        ("output=false,message", "key=value, separated by commas, is expected"),
    ] {
        let said = of(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
    let said = said("tracewire.toml", "service = \"a\"\n[capture]\nmesage = false\n", &[]);
    assert!(said.contains("/project/tracewire.toml:2): mesage: there is no such field;"), "{said}");
}

#[test]
fn what_cannot_be_used_is_named_with_its_place_and_its_remedy() {
    let folder = TempDir::new().unwrap();
    let toml =
        "mode = \"fast\"\nsampling = 7\nservise = \"x\"\nquota_bytes = \"many\"\nservice = \"kept\"\nsomething = 1\n";
    fs::write(folder.path().join("tracewire.toml"), toml).unwrap();
    let settings = load(folder.path(), &[("TRACEWIRE_FSYNC", "perhaps"), ("TRACEWIRE_RESOURCE", "team")]);
    let text = settings.problems.iter().map(|problem| format!("{problem}\n")).collect::<String>();
    let mut lines: Vec<String> =
        text.replace(folder.path().to_str().unwrap(), "/project").lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "fsync = perhaps (TRACEWIRE_FSYNC): true or false is expected, such as true",
            "mode = \"fast\" (/project/tracewire.toml:1): one of local, inline, background is expected, such as \"background\"",
            "quota_bytes = \"many\" (/project/tracewire.toml:4): a number of bytes is expected, such as \"4 GiB\"",
            "resource = team (TRACEWIRE_RESOURCE): key=value, separated by commas, is expected, such as {team = \"search\"}",
            "sampling = 7 (/project/tracewire.toml:2): a number from 0 to 1 is expected, such as 0.1",
            "servise = \"x\" (/project/tracewire.toml:3): there is no such setting; did you mean service?",
            "something = 1 (/project/tracewire.toml:6): there is no such setting; `tracewire config` lists them all",
        ]
    );
    assert_eq!(settings.get("service"), Some(&Value::from("kept")));
    assert_eq!(settings.values.len(), 1);
}

#[test]
fn a_file_that_cannot_be_read_is_one_problem_and_nothing_else() {
    for (name, text, expected) in [
        ("tracewire.toml", "service = \"a\"\nmode = = 1\n", "/project/tracewire.toml:2: the file is no TOML: "),
        ("tracewire.yaml", "service: a\nmode: [1\n", "/project/tracewire.yaml:"),
        ("tracewire.yaml", "- a\n- b\n", "/project/tracewire.yaml"),
    ] {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let settings = load(folder.path(), &[("TRACEWIRE_SERVICE", "still")]);
        let [problem] = &settings.problems[..] else { unreachable!("{:?}", settings.problems) };
        let shown = problem.to_string().replace(folder.path().to_str().unwrap(), "/project");
        assert!(shown.starts_with(expected), "{shown}");
        assert_eq!(settings.get("service"), Some(&Value::from("still")));
    }
    assert_eq!(load(TempDir::new().unwrap().path(), &[]).problems, []);
    assert!(said("tracewire.yaml", "# nothing yet\n\n", &[]).contains("\"problems\":[]"));
}

/// The attributes that a YAML file gives, or its problem.
fn resource(lines: &str) -> String {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("tracewire.yaml"), lines).unwrap();
    let settings = load(folder.path(), &[]);
    match (settings.get("resource"), &settings.problems[..]) {
        (Some(value), []) => String::from_utf8(json::write(value)).unwrap(),
        (_, [problem, ..]) => problem.to_string().replace(folder.path().to_str().unwrap(), "/project"),
        (None, []) => "nothing".to_owned(),
    }
}

#[test]
fn words_of_yaml_mean_what_its_core_schema_says() {
    for (word, expected) in [
        ("", "null"),
        ("~", "null"),
        ("Null", "null"),
        ("TRUE", "true"),
        ("false", "false"),
        ("yes", "\"yes\""),
        ("12", "12"),
        ("+12", "12"),
        ("-0", "0"),
        ("012", "12"),
        ("0o14", "12"),
        ("0xC", "12"),
        ("0x+C", "\"0x+C\""),
        ("9007199254740993", "{\"$int\":\"9007199254740993\"}"),
        ("1.50", "1.5"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("-.inf", "{\"$float\":\"-Infinity\"}"),
        (".nan", "{\"$float\":\"NaN\"}"),
        (".", "\".\""),
        ("1.2.3", "\"1.2.3\""),
        ("2026-11-01", "\"2026-11-01\""),
        ("infinity", "\"infinity\""),
        ("'12'", "\"12\""),
        ("\"a\\tb\"", "\"a\\tb\""),
        ("!!str 12", "\"12\""),
        ("! 12", "\"12\""),
        ("[1, [two]]", "[1,[\"two\"]]"),
        ("|\n    a\n    b", "\"a\\nb\\n\""),
    ] {
        assert_eq!(resource(&format!("resource:\n  a: {word}\n")), format!("{{\"a\":{expected}}}"), "{word}");
    }
    assert_eq!(resource("---\n# a document\nresource: &r {a: 1}\n...\n"), r#"{"a":1}"#);
    assert_eq!(resource("resource:\n  a: &x {b: [1]}\n  c: *x\n"), r#"{"a":{"b":[1]},"c":{"b":[1]}}"#);
}

#[test]
fn yaml_that_is_no_configuration_is_refused_with_its_line() {
    let bomb = "resource:\n  a: &a [x,x,x,x,x,x,x,x,x,x]\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n  \
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";
    let deep = format!("resource:\n  a: {}{}\n", "[".repeat(100), "]".repeat(100));
    for (lines, expected) in [
        (
            "resource: {a: 1}\nresource: {b: 1}\n",
            "/project/tracewire.yaml:2: the file is no YAML: `resource` stands here a second time",
        ),
        (
            "resource: {a: 1}\n---\nservice: b\n",
            "/project/tracewire.yaml:2: the file is no YAML: a second document begins here",
        ),
        (
            "resource:\n  a: !python/object 1\n",
            "/project/tracewire.yaml:2: the file is no YAML: the tag `!python/object` means nothing here",
        ),
        (
            "resource:\n  1: a\n",
            "/project/tracewire.yaml:2: the file is no YAML: a name is expected, in quotes if it is a number",
        ),
        (
            "resource: &a [*a]\n",
            "/project/tracewire.yaml:1: the file is no YAML: an alias stands within its own anchor",
        ),
        (
            "\n- a\n",
            "/project/tracewire.yaml:2: the file is no YAML: names with values are expected, such as `service: agent`",
        ),
        (bomb, "/project/tracewire.yaml:5: the file is no YAML: aliases repeat more than 10000 values"),
    ] {
        assert_eq!(resource(lines), expected, "{lines}");
    }
    let said = resource(&deep);
    assert!(said.starts_with("/project/tracewire.yaml:2: the file is no YAML: "), "{said}");
}

#[test]
fn rules_that_cannot_be_used_switch_content_off() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("tracewire.toml"), "redact = [\"password\", \"/a(?=b)/\"]\nredact_key = 7\n").unwrap();
    let settings = load(folder.path(), &[("TRACEWIRE_CAPTURE", "input")]);
    let problems: Vec<String> = settings.problems.iter().map(ToString::to_string).collect();
    let place = folder.path().join("tracewire.toml");
    let expected = [
        format!(
            "redact = [\"password\",\"/a(?=b)/\"] ({}:1): looking ahead, which needs backtracking, is refused at byte 2, \
             such as [\"password\", \"@secrets\"]; until then inputs and outputs are not recorded",
            place.display()
        ),
        format!("redact_key ({}:2): a text is expected, such as \"a long secret\"", place.display()),
    ];
    assert_eq!(problems, expected);
    assert_eq!((settings.get("redact"), settings.get("capture")), (None, Some(&Value::Bool(false))));
    // What was switched off besides stays off.
    let settings = load(folder.path(), &[("TRACEWIRE_CAPTURE", "message=false,input=true")]);
    assert_eq!(
        settings.get("capture").map(json::write),
        Some(br#"{"chunks":false,"data":false,"input":false,"message":false,"output":false}"#.to_vec())
    );
}

#[test]
fn the_nearest_file_upward_is_taken() {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    fs::write(folder.path().join("tracewire.yaml"), "service: outer\n").unwrap();
    assert_eq!(load(&inner, &[]).get("service"), Some(&Value::from("outer")));
    fs::write(folder.path().join("a/tracewire.toml"), "service = 'inner'\n").unwrap();
    assert_eq!(load(&inner, &[]).get("service"), Some(&Value::from("inner")));
}

#[test]
fn every_key_takes_its_own_example() {
    for key in KEYS {
        let text = key.example.trim_matches('"');
        let read = match key.kind {
            Kind::Capture | Kind::Table | Kind::Tables | Kind::Tail | Kind::Texts | Kind::Rules | Kind::Exporters => {
                continue;
            }
            kind => kind.of_text(text),
        };
        assert!(read.is_ok(), "{}: {read:?}", key.name);
        assert!(key.help.ends_with('.') && !key.default.is_empty(), "{}", key.name);
    }
    let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    assert!(names.is_sorted());
    // In the environment it is JSON.
    assert!(Kind::Tables.of_text(r#"{"budget": {"steps": 200}}"#).is_ok());
    assert!(Kind::Tables.of_text("budget=200").is_err() && Kind::Tables.of_text("[]").is_err());
}
