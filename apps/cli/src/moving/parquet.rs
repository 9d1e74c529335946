//! Rows with typed columns: Parquet, compressed by zstd, in row groups of bounded size.
//!
//! Ids are text, times are timestamps in UTC with nanoseconds, durations and counts 64-bit integers, costs exact decimals, the
//! body JSON text.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use tracewire_insight::Decimal;
use tracewire_wire::value::Value;

use super::rows::{COLUMNS, Kind, Row};
use super::sink::write;
use super::target::Target;
use crate::error::CliError;

/// A row group holds about so many bytes before they are compressed.
const GROUP_BYTES: usize = 4 << 20;
/// A row group holds at most so many rows.
const GROUP_ROWS: usize = 1 << 16;
/// A page of a column has about so many bytes.
const PAGE_BYTES: usize = 256 << 10;
/// Digits of a cost behind the point. What has more is cut; the body has it all.
const COST_SCALE: usize = 12;
/// Digits of a cost in all: what 16 bytes hold.
const COST_DIGITS: usize = 38;

/// Writes rows.
pub struct Parquet {
    writer: SerializedFileWriter<Shared>,
    written: Shared,
    columns: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

/// Cells of one column, those without a value left out.
struct Cells {
    /// 1 for each cell with a value, 0 for each without.
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    /// All texts in a row, and where each ends.
    Text {
        bytes: Vec<u8>,
        ends: Vec<usize>,
    },
    Int(Vec<i64>),
    Money(Vec<i128>),
}

/// What was written and not yet handed on.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Parquet {
    /// A file without rows.
    ///
    /// # Errors
    /// Where the library refuses.
    pub fn new() -> Result<Self, CliError> {
        let schema = parse_message_type(&schema()).map_err(refused)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // Pages wait in memory for the end of their column.
            .set_data_page_size_limit(PAGE_BYTES)
            .set_dictionary_page_size_limit(PAGE_BYTES)
            // Hardly two bodies are the same.
            .set_column_dictionary_enabled(ColumnPath::from("body"), false)
            .set_created_by(concat!("tracewire ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let written = Shared::default();
        let writer =
            SerializedFileWriter::new(written.clone(), Arc::new(schema), Arc::new(properties)).map_err(refused)?;
        let kinds = COLUMNS.iter().map(|column| column.kind).chain([Kind::Text, Kind::Text]);
        Ok(Parquet { writer, written, columns: kinds.map(Cells::new).collect(), rows: 0, bytes: 0 })
    }

    /// One more row.
    ///
    /// # Errors
    /// Where a row group cannot be written.
    pub fn row(&mut self, row: &Row<'_>, to: &mut Target) -> Result<(), CliError> {
        let mut columns = self.columns.iter_mut();
        for (column, cells) in COLUMNS.iter().zip(&mut columns) {
            let cell = match column.kind {
                Kind::Time => Value::Int(row.event.time.0),
                _ => row.cell(column.name),
            };
            self.bytes += cells.push(&cell);
        }
        for (text, cells) in [row.body(), row.other()].into_iter().zip(columns) {
            self.bytes += cells.push_text(text.as_deref());
        }
        self.rows += 1;
        if self.bytes >= GROUP_BYTES || self.rows >= GROUP_ROWS { self.group(to) } else { Ok(()) }
    }

    /// Writes what is there as a row group.
    fn group(&mut self, to: &mut Target) -> Result<(), CliError> {
        let mut group = self.writer.next_row_group().map_err(refused)?;
        for cells in &mut self.columns {
            let Some(mut column) = group.next_column().map_err(refused)? else { break };
            let levels = Some(cells.levels.as_slice());
            match &mut cells.values {
                Values::Text { bytes, ends } => {
                    let all = ByteArray::from(std::mem::take(bytes));
                    let begins = std::iter::once(0).chain(ends.iter().copied());
                    let values: Vec<ByteArray> =
                        begins.zip(ends.iter()).map(|(begin, end)| all.slice(begin, end - begin)).collect();
                    column.typed::<ByteArrayType>().write_batch(&values, levels, None).map_err(refused)?;
                    ends.clear();
                }
                Values::Int(values) => {
                    column.typed::<Int64Type>().write_batch(values, levels, None).map_err(refused)?;
                    values.clear();
                }
                Values::Money(amounts) => {
                    let bytes = |amount: &i128| FixedLenByteArray::from(amount.to_be_bytes().to_vec());
                    let values: Vec<FixedLenByteArray> = amounts.iter().map(bytes).collect();
                    column.typed::<FixedLenByteArrayType>().write_batch(&values, levels, None).map_err(refused)?;
                    amounts.clear();
                }
            }
            column.close().map_err(refused)?;
            cells.levels.clear();
        }
        group.close().map_err(refused)?;
        self.writer.flush().map_err(|error| to.refused(error))?;
        (self.rows, self.bytes) = (0, 0);
        write(to, &self.written.take())
    }

    /// There are no more rows.
    ///
    /// # Errors
    /// Where the rest cannot be written.
    pub fn finish(mut self, to: &mut Target) -> Result<(), CliError> {
        if self.rows > 0 {
            self.group(to)?;
        }
        self.writer.close().map_err(refused)?;
        write(to, &self.written.take())
    }
}

impl Cells {
    fn new(kind: Kind) -> Self {
        let values = match kind {
            Kind::Text => Values::Text { bytes: Vec::new(), ends: Vec::new() },
            Kind::Count | Kind::Time => Values::Int(Vec::new()),
            Kind::Money => Values::Money(Vec::new()),
        };
        Cells { levels: Vec::new(), values }
    }

    /// One more cell; says about how much memory it takes.
    fn push(&mut self, cell: &Value) -> usize {
        let is_there = match &mut self.values {
            Values::Text { .. } => return self.push_text(cell.as_text().map(str::as_bytes)),
            // What lies beyond 292 years of nanoseconds is in no column.
            Values::Int(values) => cell.as_i64().map(|count| values.push(count)).is_some(),
            Values::Money(values) => cell.as_text().and_then(amount).map(|amount| values.push(amount)).is_some(),
        };
        self.levels.push(i16::from(is_there));
        size_of::<i16>() + size_of::<i128>()
    }

    fn push_text(&mut self, text: Option<&[u8]>) -> usize {
        self.levels.push(i16::from(text.is_some()));
        let (Some(text), Values::Text { bytes, ends }) = (text, &mut self.values) else { return size_of::<i16>() };
        bytes.extend_from_slice(text);
        ends.push(bytes.len());
        // The array that is made of it counts too.
        text.len() + size_of::<i16>() + size_of::<usize>() + size_of::<ByteArray>()
    }
}

/// The file's schema, in the notation of Parquet.
fn schema() -> String {
    let kind = |column: &super::rows::Column| {
        let name = column.name;
        match column.kind {
            Kind::Text => format!("optional binary {name} (STRING);"),
            Kind::Count => format!("optional int64 {name};"),
            Kind::Time => format!("optional int64 {name} (TIMESTAMP(NANOS,true));"),
            Kind::Money => {
                format!("optional fixed_len_byte_array(16) {name} (DECIMAL({COST_DIGITS},{COST_SCALE}));")
            }
        }
    };
    let columns: Vec<String> = COLUMNS.iter().map(kind).collect();
    format!("message events {{ {} optional binary body (STRING); optional binary other (STRING); }}", columns.join(" "))
}

/// A decimal text in units of 10^-12; `None` for what 38 digits do not hold.
fn amount(text: &str) -> Option<i128> {
    let text = Decimal::parse(text)?.to_string();
    let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(COST_SCALE).collect();
    let digits = [whole.trim_start_matches('0'), &fraction].concat();
    if digits.len() > COST_DIGITS {
        return None;
    }
    digits.parse::<i128>().ok().map(|amount| sign * amount)
}

fn refused(error: ParquetError) -> CliError {
    CliError::Io(io::Error::other(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_to_twelve_digits() {
        for (text, expected) in [
            ("0.0021", Some(2_100_000_000)),
            ("-12.50", Some(-12_500_000_000_000)),
            ("0", Some(0)),
            ("1e-12", Some(1)),
            ("0.0000000000019", Some(1)),
            ("99999999999999999999999999.999999999999", Some(10i128.pow(38) - 1)),
            ("100000000000000000000000000", None),
            ("free", None),
        ] {
            assert_eq!(amount(text), expected, "{text}");
        }
    }

    #[test]
    fn the_schema_is_one() {
        let schema = parse_message_type(&schema()).unwrap();
        assert_eq!(schema.get_fields().len(), COLUMNS.len() + 2);
    }
}
