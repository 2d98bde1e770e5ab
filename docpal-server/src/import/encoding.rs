//! The file's bytes as UTF-8: which encoding it is in, and a reader that turns it into UTF-8.

use std::{
    fmt,
    io::{self, Read},
    str::from_utf8,
};

use encoding_rs::{Decoder, DecoderResult, UTF_8, WINDOWS_1252};
use serde::{Serialize, Serializer};

/// The text encoding of a file.
///
/// Written and serialised by its WHATWG name, such as `UTF-8` or `windows-1252`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    pub(super) const UTF_8: Encoding = Encoding(UTF_8);

    /// The encoding of that name or alias (`latin1`, `windows-1251`, `shift_jis`), ignoring case.
    pub fn for_label(label: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label(label.as_bytes()).map(Encoding)
    }

    /// The encoding's name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Encoding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What one pass over the raw bytes tells.
pub(super) struct Scan {
    pub(super) encoding: Encoding,
    /// The length of the byte order mark.
    pub(super) bom: usize,
    /// The length of the file, the byte order mark included.
    pub(super) bytes: u64,
}

/// Reads all of `reader` once and finds its encoding.
pub(super) fn scan(mut reader: impl Read) -> io::Result<Scan> {
    let mut block = vec![0; BLOCK];
    let mut count = Utf8Count::default();
    let (mut bytes, mut marked, mut held) = (0, None, 0);
    loop {
        let free = block.get_mut(held..).unwrap_or_default();
        let read = match reader.read(free) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        bytes += read as u64;
        held += read;
        if read != 0 && bytes < 4 {
            continue;
        }
        let filled = block.get(..held).unwrap_or_default();
        let marked = *marked.get_or_insert_with(|| encoding_rs::Encoding::for_bom(filled));
        if read == 0 {
            count.bad += u64::from(held > 0 && from_utf8(filled).is_err());
            let (encoding, bom) = marked.unwrap_or_else(|| (count.verdict(), 0));
            return Ok(Scan { encoding: Encoding(encoding), bom, bytes });
        }
        let rest = count.add(filled);
        block.copy_within(held - rest..held, 0);
        held = rest;
    }
}

const BLOCK: usize = 64 * 1024;

#[derive(Default)]
struct Utf8Count {
    /// Well-formed sequences of two or more bytes.
    good: u64,
    /// Places where the bytes are no UTF-8.
    bad: u64,
}

impl Utf8Count {
    /// Counts the sequences of a block; gives how many of its last bytes are an unfinished sequence.
    fn add(&mut self, mut bytes: &[u8]) -> usize {
        loop {
            let (valid, skip) = match from_utf8(bytes) {
                Ok(text) => (text.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            let (text, rest) = bytes.split_at_checked(valid).unwrap_or((bytes, &[]));
            self.good += text.iter().filter(|byte| **byte >= 0xC0).count() as u64;
            match skip {
                None => return 0,
                Some(None) => return rest.len(),
                Some(Some(len)) => {
                    self.bad += 1;
                    bytes = rest.get(len..).unwrap_or_default();
                }
            }
        }
    }

    fn verdict(&self) -> &'static encoding_rs::Encoding {
        if self.bad == 0 || self.good > self.bad { UTF_8 } else { WINDOWS_1252 }
    }
}

/// Reads a file as UTF-8 and counts the raw bytes taken.
///
/// A malformed sequence comes out as the byte 0xFF, which is never UTF-8, so that whoever checks the text of a
/// cell finds it there and can name the line and the column.
pub(super) struct TextReader<'a> {
    inner: Box<dyn Read + Send + 'a>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    taken: u64,
}

impl<'a> TextReader<'a> {
    /// `inner` stands behind the byte order mark.
    pub(super) fn new(inner: Box<dyn Read + Send + 'a>, encoding: Encoding) -> TextReader<'a> {
        let decoder = (encoding.0 != UTF_8).then(|| encoding.0.new_decoder_without_bom_handling());
        let raw = if decoder.is_some() { vec![0; BLOCK] } else { Vec::new() };
        TextReader { inner, decoder, raw, start: 0, end: 0, ended: false, taken: 0 }
    }

    /// How many bytes of the file have been read.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Fills `out` (of at least 16 bytes) with UTF-8; 0 at the end of the file.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            return read_some(&mut self.inner, out, &mut self.taken);
        };
        let mut written = 0;
        loop {
            if self.start == self.end && !self.ended {
                self.start = 0;
                self.end = read_some(&mut self.inner, &mut self.raw, &mut self.taken)?;
                self.ended = self.end == 0;
            }
            let raw = self.raw.get(self.start..self.end).unwrap_or_default();
            let Some(free) = out.get_mut(written..).filter(|free| free.len() >= 8) else {
                return Ok(written);
            };
            let (result, read, wrote) = decoder.decode_to_utf8_without_replacement(raw, free, self.ended);
            self.start += read;
            written += wrote;
            match result {
                DecoderResult::OutputFull => return Ok(written),
                DecoderResult::InputEmpty if self.ended => {
                    self.decoder = None;
                    return Ok(written);
                }
                DecoderResult::InputEmpty if written > 0 => return Ok(written),
                DecoderResult::InputEmpty => {}
                DecoderResult::Malformed(..) => {
                    if let Some(byte) = out.get_mut(written) {
                        *byte = 0xFF;
                        written += 1;
                    }
                }
            }
        }
    }
}

fn read_some(inner: &mut dyn Read, out: &mut [u8], taken: &mut u64) -> io::Result<usize> {
    loop {
        match inner.read(out) {
            Ok(read) => {
                *taken += read as u64;
                return Ok(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
