//! The screen of literal traces, key by key.

use std::sync::Arc;

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Color, Modifier};
use tracewire_store::{ProducerState, TraceRow};
use tracewire_wire::event::Status;
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

use super::app::{App, Flow};
use super::draw::{Look, draw};
use crate::sample::{self, ORIGIN};
use crate::term::Glyphs;

fn row(id: &str, name: &str, status: Option<Status>, errors: u64) -> TraceRow {
    TraceRow {
        trace_id: id.parse().unwrap(),
        start: Timestamp(ORIGIN),
        last: Timestamp(ORIGIN + 7_100_000_000),
        head: Some("00000000000000a1".parse().unwrap()),
        name: Some(name.to_owned()),
        kind: Some("agent".to_owned()),
        duration_nanos: status.as_ref().map(|_| 7_050_000_000),
        status,
        session_id: Some("chat-42".to_owned()),
        service: Some("research".to_owned()),
        producer: Some("6f1c09b2d4e8a375-1".to_owned()),
        events: 24,
        spans: 9,
        open_spans: 0,
        errors,
        input_tokens: 0,
        output_tokens: 0,
        cost: Default::default(),
        unpriced: 0,
        models: Vec::new(),
        agents: Vec::new(),
        is_counted: true,
    }
}

const OTHER: &str = "0af7651916cd43dd8448eb211c80319c";

struct Screen {
    app: App,
    terminal: Terminal<TestBackend>,
    look: Look,
}

impl Screen {
    fn new(lines: &str, state: ProducerState, columns: u16, rows: u16) -> Self {
        let mut app = App::new(String::new());
        app.data.now = Timestamp(ORIGIN + 8_000_000_000);
        app.data.processes = sample::processes(state);
        app.data.traces = vec![
            row(
                sample::TRACE,
                "research-agent",
                if state == ProducerState::Alive { None } else { Some(Status::Ok) },
                1,
            ),
            row(OTHER, "tidy up \u{1b}[31mred", Some(Status::Ok), 0),
        ];
        app.data.events =
            sample::events(lines).into_iter().map(|(producer, event)| (Arc::from(producer), event)).collect();
        app.data.of_trace = Some(sample::TRACE.parse().unwrap());
        app.settle();
        let look = Look { glyphs: Glyphs::UNICODE, zone: TimeZone::UTC, color: true };
        let mut screen = Screen { app, terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap(), look };
        screen.shown();
        screen
    }

    fn shown(&mut self) -> String {
        // The backend of tests keeps what was below a wide character; terminals do not.
        self.terminal.clear().unwrap();
        self.terminal.draw(|frame| draw(frame, &mut self.app, &self.look)).unwrap();
        self.terminal.backend().to_string()
    }

    fn press(&mut self, code: KeyCode) -> Flow {
        let flow = self.app.key(KeyEvent::new(code, KeyModifiers::NONE));
        self.app.settle();
        self.shown();
        flow
    }

    fn keys(&mut self, keys: &str) {
        keys.chars().for_each(|key| assert_eq!(self.press(KeyCode::Char(key)), Flow::On));
    }

    fn selected(&self) -> Option<TraceId> {
        self.app.selected()
    }
}

#[test]
fn a_live_agent_on_a_wide_terminal() {
    let mut screen = Screen::new(sample::KILLED, ProducerState::Alive, 130, 30);
    insta::assert_snapshot!(screen.shown());
}

#[test]
fn a_step_with_all_it_was_given_on_a_narrow_terminal() {
    let mut screen = Screen::new(sample::RESEARCH, ProducerState::Closed, 80, 36);
    screen.press(KeyCode::Enter);
    screen.press(KeyCode::Home);
    screen.keys("jjjjj");
    insta::assert_snapshot!(screen.shown());
    screen.press(KeyCode::Enter);
    screen.press(KeyCode::End);
    assert!(screen.shown().contains("id 00000000000000b3, recorded by 6f1c09b2d4e8a375-1"), "{}", screen.shown());
}

#[test]
fn ascii_and_small() {
    let mut screen = Screen::new(sample::RESEARCH, ProducerState::Closed, 60, 18);
    screen.look.glyphs = Glyphs::ASCII;
    let shown = screen.shown();
    assert!(shown.replace("日本のカワウソ", "").is_ascii(), "{shown}");
    insta::assert_snapshot!(shown);
    for (columns, rows) in [(1, 1), (39, 40), (200, 11), (40, 12), (41, 13), (300, 100)] {
        let mut screen = Screen::new(sample::RESEARCH, ProducerState::Closed, columns, rows);
        let shown = screen.shown();
        assert_eq!(shown.contains("are needed"), (20..40).contains(&columns) || columns == 200, "{shown}");
    }
}

#[test]
fn an_empty_folder_is_waited_for() {
    let mut screen = Screen::new("", ProducerState::Closed, 80, 14);
    screen.app = App::new(String::new());
    screen.app.data.directory = ".tracewire\u{1b}[2J".to_owned();
    let shown = screen.shown();
    assert!(shown.contains(r"waiting for the first recording in .tracewire\u{1b}[2J"), "{shown}");
    for key in [KeyCode::Down, KeyCode::Enter, KeyCode::End, KeyCode::Enter, KeyCode::PageUp, KeyCode::Esc] {
        assert_eq!(screen.press(key), Flow::On);
    }
}

#[test]
fn the_filter_is_typed_and_dropped() {
    let mut screen = Screen::new(sample::RESEARCH, ProducerState::Closed, 120, 20);
    screen.keys("/TIDYq");
    assert!(screen.shown().contains("no trace fits") && screen.shown().contains("/TIDYq"), "{}", screen.shown());
    screen.press(KeyCode::Backspace);
    screen.press(KeyCode::Enter);
    assert!(screen.shown().contains("traces 1 of 2"), "{}", screen.shown());
    assert_eq!(screen.selected(), Some(OTHER.parse().unwrap()));
    screen.press(KeyCode::Esc);
    assert!(screen.shown().contains("traces 2"), "{}", screen.shown());
    screen.keys("e");
    assert!(screen.shown().contains("traces 1 of 2") && screen.shown().contains("e all"), "{}", screen.shown());
}

#[test]
fn the_newest_is_followed_until_one_moves() {
    let mut screen = Screen::new(sample::RESEARCH, ProducerState::Closed, 120, 20);
    let new = "ffffffffffffffffffffffffffffffff";
    let come = |screen: &mut Screen, id: &str| {
        screen.app.data.traces.insert(0, row(id, "new one", None, 0));
        screen.app.settle();
        screen.shown()
    };
    assert!(come(&mut screen, new).contains("following"));
    assert_eq!(screen.selected(), Some(new.parse().unwrap()));
    screen.press(KeyCode::Down);
    assert_eq!(screen.selected(), Some(sample::TRACE.parse().unwrap()));
    come(&mut screen, "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    assert_eq!(screen.selected(), Some(sample::TRACE.parse().unwrap()));
    screen.keys("f");
    assert_eq!(screen.selected(), Some("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee".parse().unwrap()));
}

#[test]
fn a_selected_step_stays_selected_when_others_come_before_it() {
    let mut screen = Screen::new(sample::KILLED, ProducerState::Alive, 120, 30);
    screen.press(KeyCode::Enter);
    screen.press(KeyCode::End);
    let (row, span) = (screen.app.row, screen.app.span);
    assert!(span.is_some());
    let more = r#"6f1c09b2d4e8a375-1 9 span.start 1 e1 a1 tool - - {"name":"early"}"#;
    screen
        .app
        .data
        .events
        .extend(sample::events(more).into_iter().map(|(producer, event)| (Arc::from(producer), event)));
    assert!(screen.shown().contains("early"));
    assert_eq!((screen.app.row, screen.app.span), (row + 1, span));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let mut screen = Screen::new(sample::RESEARCH, ProducerState::Closed, 120, 30);
    let colored = |screen: &Screen| {
        screen.terminal.backend().buffer().content().iter().filter(|cell| cell.fg != Color::Reset).count()
    };
    assert!(colored(&screen) > 100);
    screen.look.color = false;
    screen.shown();
    assert_eq!(colored(&screen), 0);
    // What is selected is seen without colour too.
    let cells = screen.terminal.backend().buffer().content();
    assert!(cells.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED)));
}

#[test]
fn keys_end_it_and_help_closes_at_any_key() {
    let mut screen = Screen::new(sample::RESEARCH, ProducerState::Closed, 100, 24);
    screen.keys("?");
    assert!(screen.shown().contains("q, Ctrl-C"));
    screen.keys("q");
    assert!(!screen.shown().contains("q, Ctrl-C"));
    assert_eq!(screen.press(KeyCode::Char('q')), Flow::End);
    assert_eq!(screen.app.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Flow::End);
}
