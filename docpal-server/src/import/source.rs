//! A CSV file to import: where its bytes are, its encoding and its delimiter.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use super::{
    delimiter,
    encoding::{self, Encoding, TextReader},
    error::{ImportErrors, LineError},
    json::{self, Shape},
    waiting::{GivenUp, WhileWaited},
};

/// A CSV file, on disk or in memory, that can be read more than once.
///
/// Making one reads the file once, to find its encoding; the file itself is not kept in memory (unless it came
/// as bytes). A file on disk must not change until the import is over: that it did is the last error of either pass
/// (`file_changed`), and the caller writes nothing.
#[derive(Debug)]
pub struct Source {
    data: Data,
    encoding: Encoding,
    delimiter: u8,
    bom: usize,
    bytes: u64,
    /// The first line is `sep=;` and no part of the table.
    hint: bool,
    /// It holds JSON objects.
    json: bool,
    /// What these are, once they were looked at.
    shape: OnceLock<Shape>,
    given_up: GivenUp,
    /// Nothing but the text says what its encoding is, and what separates its cells.
    guesses_encoding: bool,
    guesses_delimiter: bool,
}

enum Data {
    File {
        path: PathBuf,
        seen: Stamp,
    },
    /// A stream, in a file that has no name any more.
    Kept(File),
    Bytes(Vec<u8>),
}

/// What tells that a file is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    changed: Option<SystemTime>,
}

impl Stamp {
    fn of(about: &Metadata) -> Stamp {
        Stamp { bytes: about.len(), changed: about.modified().ok() }
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Data::File { path, .. } => f.debug_tuple("File").field(path).finish(),
            Data::Kept(_) => f.write_str("Kept"),
            Data::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// Reads a file from its beginning, whoever else reads it.
struct FromStart<'a> {
    file: &'a File,
    at: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(out, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Data {
    fn reader(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(match self {
            Data::File { path, .. } => Box::new(File::open(path)?),
            Data::Kept(file) => Box::new(FromStart { file, at: 0 }),
            Data::Bytes(bytes) => Box::new(bytes.as_slice()),
        })
    }
}

/// Copies a stream into a file.
fn keep(mut stream: impl Read) -> Result<File, LineError> {
    let mut file = unnamed()?;
    io::copy(&mut stream, &mut file).map_err(|error| not_kept(&error))?;
    Ok(file)
}

/// A file in the system's folder for such; its name is gone at once, so that nothing stays.
fn unnamed() -> Result<File, LineError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("docpal-import-{}-{number}", std::process::id()));
    let new = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
    let file = new.map_err(|error| not_kept(&error))?;
    std::fs::remove_file(&path).map_err(|error| not_kept(&error))?;
    Ok(file)
}

fn not_kept(error: &io::Error) -> LineError {
    let folder = std::env::temp_dir();
    let message = format!("the input could not be kept in {} while it is read: {error}", folder.display());
    LineError::file("read_failed", message)
}

impl Source {
    /// A file on disk. It must be a regular file: it is read several times.
    ///
    /// # Errors
    /// `read_failed`, `not_a_csv_file`.
    pub fn open(path: impl AsRef<Path>) -> Result<Source, ImportErrors> {
        let path = path.as_ref().to_path_buf();
        let about = path.metadata().map_err(|error| LineError::read_failed(&error))?;
        if about.is_dir() {
            return Err(LineError::file("read_failed", "this is a folder, not a file").into());
        }
        if !about.is_file() {
            let message = "not a regular file, and an import reads its file more than once; give it as the \
                           standard input, with - in the place of its name";
            return Err(LineError::file("read_failed", message).into());
        }
        Source::new(Data::File { path, seen: Stamp::of(&about) })
    }

    /// A stream, such as the standard input. It is read to its end and kept in a temporary file.
    ///
    /// # Errors
    /// `read_failed`, `not_a_csv_file`.
    pub fn from_reader(stream: impl Read) -> Result<Source, ImportErrors> {
        Source::new(Data::Kept(keep(stream)?))
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
        let mut magic = Vec::new();
        data.reader().and_then(|reader| reader.take(8192).read_to_end(&mut magic)).map_err(failed)?;
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
            json: false,
            shape: OnceLock::new(),
            given_up: GivenUp::default(),
            guesses_encoding: scan.bom == 0,
            guesses_delimiter: true,
        };
        source.sniff()?;
        Ok(source)
    }

    /// Does the file hold JSON objects, and not lines?
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// What the objects of the file are; `None` when it holds lines. The first time, all of it is read.
    pub(super) fn shape(&self) -> Result<Option<&Shape>, LineError> {
        if !self.json {
            return Ok(None);
        }
        if let Some(shape) = self.shape.get() {
            return Ok(Some(shape));
        }
        let shape = Shape::look(|| self.reader())?;
        Ok(Some(self.shape.get_or_init(|| shape)))
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
        self.guesses_delimiter = false;
        Ok(self)
    }

    /// The same file read in another encoding than the one found; the delimiter is looked for again.
    ///
    /// # Errors
    /// `read_failed`.
    pub fn with_encoding(mut self, encoding: Encoding) -> Result<Source, ImportErrors> {
        self.encoding = encoding;
        self.guesses_encoding = false;
        self.sniff()?;
        Ok(self)
    }

    /// The same file read in another encoding and with another delimiter than those found, where they are given. A
    /// file of JSON has no delimiter.
    ///
    /// # Errors
    /// `bad_delimiter`, `read_failed`.
    pub fn read_as(self, encoding: Option<Encoding>, delimiter: Option<u8>) -> Result<Source, ImportErrors> {
        let source = match encoding {
            Some(encoding) => self.with_encoding(encoding)?,
            None => self,
        };
        match delimiter.filter(|_| !source.json) {
            Some(delimiter) => source.with_delimiter(delimiter),
            None => Ok(source),
        }
    }

    /// The same file, for somebody who may give up: whatever reads it then ends with its next block (`read_failed`).
    pub(crate) fn while_waited(self, given_up: GivenUp) -> Source {
        Source { given_up, ..self }
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

    pub(super) fn guesses_encoding(&self) -> bool {
        self.guesses_encoding
    }

    pub(super) fn guesses_delimiter(&self) -> bool {
        self.guesses_delimiter
    }

    pub(super) fn starts_with_hint(&self) -> bool {
        self.hint
    }

    /// Is the file as it was when it was opened?
    pub(super) fn unchanged(&self) -> Result<(), LineError> {
        let Data::File { path, seen } = &self.data else { return Ok(()) };
        let now = path.metadata().map_err(|error| LineError::read_failed(&error))?;
        if Stamp::of(&now) == *seen {
            return Ok(());
        }
        let message = "the file was changed while it was read; import it again when nothing writes to it";
        Err(LineError::file("file_changed", message))
    }

    pub(super) fn reader(&self) -> io::Result<TextReader<'_>> {
        let given_up = self.given_up.clone();
        let mut inner = WhileWaited { inner: self.data.reader()?, given_up };
        io::copy(&mut inner.by_ref().take(self.bom as u64), &mut io::sink())?;
        Ok(TextReader::new(Box::new(inner), self.encoding))
    }

    fn sniff(&mut self) -> Result<(), ImportErrors> {
        let (sample, whole) = self.sample().map_err(|error| LineError::read_failed(&error))?;
        self.json = json::begins(&sample, whole);
        self.shape = OnceLock::new();
        if self.json {
            (self.hint, self.delimiter) = (false, b',');
            return Ok(());
        }
        let hint = delimiter::hint(&sample);
        self.hint = hint.is_some();
        self.guesses_delimiter = !self.hint;
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
        (b"\x89PNG", "an image"),
        (b"\xFF\xD8\xFF", "an image"),
        (b"GIF8", "an image"),
        (b"\x7FELF", "a program"),
        (b"\x28\xB5\x2F\xFD", "a Zstandard archive"),
        (b"BZh9", "a bzip2 archive"),
        (b"\xFD7zXZ", "an xz archive"),
        (b"7z\xBC\xAF", "a 7-Zip archive"),
    ];
    let known = KNOWN.iter().find(|(bytes, _)| magic.starts_with(bytes)).map(|(_, what)| *what);
    known.or_else(|| is_binary(magic).then_some("a binary file"))
}

/// Texts have next to no control characters. NUL does not count alone, since UTF-16 is full of it.
fn is_binary(beginning: &[u8]) -> bool {
    let marked = beginning.starts_with(b"\xFF\xFE") || beginning.starts_with(b"\xFE\xFF");
    let count = |test: fn(u8) -> bool| beginning.iter().filter(|byte| test(**byte)).count();
    let controls = count(|byte| matches!(byte, 1..=8 | 14..=26 | 28..=31));
    !marked && controls > 0 && (controls + count(|byte| byte == 0)) * 10 > beginning.len()
}
