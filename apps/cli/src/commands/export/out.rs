//! Where envelopes and events go, by format.

use std::path::Path;

use tracewire_wire::csv::{EVENT_COLUMNS, event_row};
use tracewire_wire::event::Event;
use tracewire_wire::recording::{Form, Item};
use tracewire_wire::value::Value;

use crate::args::{Export, Format};
use crate::commands::convert::{csv_options, toon_options};
use crate::error::CliError;
use crate::moving::kept::{Flat, Kept};
use crate::moving::parquet::Parquet;
use crate::moving::rows::Row;
use crate::moving::sink::{Json, Lines, Messages, Sink};
use crate::moving::table::Csv;
use crate::moving::target::Target;

/// Takes what was asked for.
pub(super) enum Out {
    /// Envelopes.
    Envelopes(Box<dyn Sink>),
    /// Events as values, with the name of their producer.
    Events(Box<dyn Sink>),
    /// Events as rows of CSV.
    Csv(Csv),
    /// Events as rows for language models.
    Flat(Flat),
    /// Events as rows with typed columns.
    Parquet(Box<Parquet>),
}

impl Out {
    pub(super) fn new(what: &Export, format: Format, path: Option<&Path>) -> Result<Self, CliError> {
        let is_rows = what.events;
        let toon = toon_options(&what.tables);
        Ok(match (format, is_rows) {
            (Format::Json, false) => Out::Envelopes(Box::new(Json::new(Form::Export))),
            (Format::Jsonl, false) => Out::Envelopes(Box::<Lines>::default()),
            (Format::Proto, false) => Out::Envelopes(Box::new(Messages::new(Form::Export))),
            (Format::Toon, false) => Out::Envelopes(Box::new(Kept::new(Form::Export, toon)?)),
            (Format::Json, true) => Out::Events(Box::new(Json::new(Form::List))),
            (Format::Jsonl, true) => Out::Events(Box::<Lines>::default()),
            (Format::Proto, true) => Out::Events(Box::new(Messages::new(Form::List))),
            (Format::Toon, true) => Out::Flat(Flat::new(toon)?),
            (Format::Csv, _) => Out::Csv(Csv::of(EVENT_COLUMNS, csv_options(&what.tables, path))),
            (Format::Parquet, _) => Out::Parquet(Box::new(Parquet::new()?)),
            // Spans are written by `otlp`, before anybody comes here.
            (Format::Otlp, _) => {
                let (name, why) =
                    ("--format otlp".to_owned(), "it holds spans, and neither envelopes nor events".to_owned());
                return Err(CliError::Format { name, why });
            }
        })
    }

    /// Whether it takes events rather than envelopes.
    pub(super) fn is_rows(&self) -> bool {
        !matches!(self, Out::Envelopes(_))
    }

    /// An envelope, or a signed head, as its canonical JSON.
    pub(super) fn envelope(&mut self, bytes: &[u8], to: &mut Target) -> Result<(), CliError> {
        match self {
            Out::Envelopes(sink) => sink.canonical(bytes, to),
            _ => Ok(()),
        }
    }

    /// An event, its content in place.
    pub(super) fn event(
        &mut self,
        producer: &str,
        service: Option<&str>,
        event: &Event,
        to: &mut Target,
    ) -> Result<(), CliError> {
        let row = Row { producer, service, event };
        match self {
            Out::Envelopes(_) => Ok(()),
            Out::Events(sink) => {
                let mut value = event.to_value();
                if let Value::Map(map) = &mut value {
                    map.insert("producer".to_owned(), producer.into());
                    map.sort();
                }
                sink.item(Item::Value(value), to)
            }
            Out::Csv(csv) => csv.item(Item::Value(Value::Map(event_row(producer, event))), to),
            Out::Flat(flat) => flat.row(&row),
            Out::Parquet(parquet) => parquet.row(&row, to),
        }
    }

    /// There is no more.
    pub(super) fn finish(self, to: &mut Target) -> Result<(), CliError> {
        match self {
            Out::Envelopes(mut sink) | Out::Events(mut sink) => sink.finish(to),
            Out::Csv(mut csv) => csv.finish(to),
            Out::Flat(flat) => flat.finish(to),
            Out::Parquet(parquet) => parquet.finish(to),
        }
    }
}
