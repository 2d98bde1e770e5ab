//! A CSV file to import: where its bytes are, its encoding and its delimiter.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    delimiter,
    encoding::{self, Encoding, TextReader},
    error::{ImportErrors, LineError},
};

/// A CSV file, on disk or in memory, that can be read more than once.
///
/// Making one reads the file once, to find its encoding; the file itself is not kept in memory (unless it came
/// as bytes). A file on disk must not change until the import is over: if it does, the second pass gives
/// errors, and the caller writes nothing.
#[derive(Debug)]
pub struct Source {
    data: Data,
    encoding: Encoding,
    delimiter: u8,
    bom: usize,
    bytes: u64,
    /// The first line is `sep=;` and no part of the table.
    hint: bool,
}

enum Data {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Data::File(path) => f.debug_tuple("File").field(path).finish(),
            Data::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

impl Data {
    fn reader(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(match self {
            Data::File(path) => Box::new(File::open(path)?),
            Data::Bytes(bytes) => Box::new(bytes.as_slice()),
        })
    }
}

impl Source {
    /// A file on disk. It must be a regular file: it is read several times.
    ///
    /// # Errors
    /// `read_failed`, `not_a_csv_file`.
    pub fn open(path: impl AsRef<Path>) -> Result<Source, ImportErrors> {
        Source::new(Data::File(path.as_ref().to_path_buf()))
    }

    /// A file in memory, such as the body of a request.
    ///
    /// # Errors
    /// `not_a_csv_file`.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Source, ImportErrors> {
        Source::new(Data::Bytes(bytes.into()))
    }

    fn new(data: Data) -> Result<Source, ImportErrors> {
        let failed = |error: io::Error| ImportErrors::from(LineError::read_failed(&error));
        if let Data::File(path) = &data
            && !path.metadata().map_err(failed)?.is_file()
        {
            let message = "not a regular file; an import reads its file more than once";
            return Err(LineError::file("read_failed", message).into());
        }
        let mut magic = Vec::new();
        data.reader().and_then(|reader| reader.take(8).read_to_end(&mut magic)).map_err(failed)?;
        if let Some(what) = foreign(&magic) {
            let message = format!("this is {what}, not a CSV file; save or export it as CSV first");
            return Err(LineError::file("not_a_csv_file", message).into());
        }
        let scan = data.reader().and_then(encoding::scan).map_err(failed)?;
        let mut source = Source {
            data,
            encoding: scan.encoding,
            delimiter: b',',
            bom: scan.bom,
            bytes: scan.bytes,
            hint: false,
        };
        source.sniff()?;
        Ok(source)
    }

    /// The same file read with another delimiter than the one found.
    ///
    /// # Errors
    /// `bad_delimiter` for a quote, a line end, a NUL or a byte that is not ASCII.
    pub fn with_delimiter(mut self, delimiter: u8) -> Result<Source, ImportErrors> {
        if !delimiter.is_ascii() || matches!(delimiter, b'"' | b'\n' | b'\r' | 0) {
            let message = "a delimiter is one ASCII character, and neither a quote nor a line end";
            return Err(LineError::file("bad_delimiter", message).into());
        }
        self.delimiter = delimiter;
        Ok(self)
    }

    /// The same file read in another encoding than the one found; the delimiter is looked for again.
    ///
    /// # Errors
    /// `read_failed`.
    pub fn with_encoding(mut self, encoding: Encoding) -> Result<Source, ImportErrors> {
        self.encoding = encoding;
        self.sniff()?;
        Ok(self)
    }

    /// The encoding the file is read in.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The byte between cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The size of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn starts_with_hint(&self) -> bool {
        self.hint
    }

    pub(super) fn reader(&self) -> io::Result<TextReader<'_>> {
        let mut inner = self.data.reader()?;
        io::copy(&mut inner.by_ref().take(self.bom as u64), &mut io::sink())?;
        Ok(TextReader::new(inner, self.encoding))
    }

    fn sniff(&mut self) -> Result<(), ImportErrors> {
        let (sample, whole) = self.sample().map_err(|error| LineError::read_failed(&error))?;
        let hint = delimiter::hint(&sample);
        self.hint = hint.is_some();
        self.delimiter = hint.unwrap_or_else(|| delimiter::find(&sample, whole));
        Ok(())
    }

    /// The beginning of the file as UTF-8, and whether that is all of it.
    fn sample(&self) -> io::Result<(Vec<u8>, bool)> {
        let mut reader = self.reader()?;
        let mut sample = vec![0; SAMPLE];
        let (mut held, mut whole) = (0, false);
        while let Some(free) = sample.get_mut(held..).filter(|free| free.len() >= 16) {
            match reader.fill(free)? {
                0 => {
                    whole = true;
                    break;
                }
                read => held += read,
            }
        }
        sample.truncate(held);
        Ok((sample, whole))
    }
}

/// How much of the file the delimiter is found from.
const SAMPLE: usize = 64 * 1024;

/// Files people take for CSV, by their first bytes.
fn foreign(magic: &[u8]) -> Option<&'static str> {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a spreadsheet (xlsx, ods) or a zip archive"),
        (b"\xD0\xCF\x11\xE0", "an old Excel or Word file"),
        (b"%PDF-", "a PDF document"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"PAR1", "a Parquet file"),
        (b"SQLite f", "an SQLite database"),
    ];
    KNOWN.iter().find(|(bytes, _)| magic.starts_with(bytes)).map(|(_, what)| *what)
}
