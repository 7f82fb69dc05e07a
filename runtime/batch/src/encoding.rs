//! Text of unknown encoding as UTF-8, while it is read.
//!
//! A byte order mark decides. Without one, what comes before the first byte beyond ASCII is the same in UTF-8 and in
//! GB18030; there, the 64 KiB that follow decide. Guarantees: never a replacement character; constant memory.

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};
use std::io::{self, Read};

/// How much text decides.
const WINDOW: usize = 64 << 10;

/// Bytes that are no text in the encoding that was taken.
#[derive(Debug)]
pub(crate) struct NotText {
    /// Name of the encoding.
    pub encoding: &'static str,
    /// The caller has named it; else it was found out.
    pub named: bool,
}

impl std::fmt::Display for NotText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not {}", self.encoding)
    }
}

impl std::error::Error for NotText {}

/// Reads UTF-8 from a reader of another encoding.
pub(crate) struct Utf8<R> {
    inner: R,
    /// Bytes that were read and not decoded.
    raw: Vec<u8>,
    /// Text that was decoded and not handed out, from `at`.
    text: Vec<u8>,
    at: usize,
    end: bool,
    state: State,
    /// The caller says which encoding it is.
    named: bool,
}

enum State {
    /// Nothing was read.
    Start,
    /// So far all is ASCII.
    Ascii,
    /// Decided; `None` after the last byte.
    Known(&'static Encoding, Option<Decoder>),
}

impl<R: Read> Utf8<R> {
    /// Reads; `encoding` is what the caller says it is.
    pub(crate) fn new(inner: R, encoding: Option<&'static Encoding>) -> Self {
        let state = match encoding {
            Some(e) => State::Known(e, Some(e.new_decoder_with_bom_removal())),
            None => State::Start,
        };
        Self { inner, raw: Vec::new(), text: Vec::new(), at: 0, end: false, state, named: encoding.is_some() }
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while self.raw.len() < wanted && !self.end {
            let have = self.raw.len();
            self.raw.resize(wanted, 0);
            match self.inner.read(&mut self.raw[have..]) {
                Ok(0) => {
                    self.raw.truncate(have);
                    self.end = true;
                }
                Ok(n) => self.raw.truncate(have + n),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => self.raw.truncate(have),
                Err(e) => {
                    self.raw.truncate(have);
                    return Err(e);
                }
            }
        }
        Ok(())
    }

    /// More text; none is left if this leaves none.
    fn more(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() {
            match &mut self.state {
                State::Start => {
                    self.fill(4)?;
                    self.state = match Encoding::for_bom(&self.raw) {
                        Some((e, n)) => {
                            self.raw.drain(..n);
                            State::Known(e, Some(e.new_decoder_without_bom_handling()))
                        }
                        None => State::Ascii,
                    };
                }
                State::Ascii => {
                    self.fill(WINDOW)?;
                    let Some(plain) = self.raw.iter().position(|b| !b.is_ascii()) else {
                        self.text.append(&mut self.raw);
                        return Ok(());
                    };
                    self.fill(plain + WINDOW)?;
                    let utf8 = match std::str::from_utf8(&self.raw) {
                        Ok(_) => true,
                        // A character that the window cuts.
                        Err(e) => e.error_len().is_none() && !self.end,
                    };
                    let e = if utf8 { UTF_8 } else { GB18030 };
                    self.state = State::Known(e, Some(e.new_decoder_without_bom_handling()));
                }
                State::Known(_, None) => return Ok(()),
                State::Known(..) => {
                    self.fill(WINDOW)?;
                    self.decode()?;
                }
            }
        }
        Ok(())
    }

    fn decode(&mut self) -> io::Result<()> {
        let State::Known(encoding, decoder) = &mut self.state else { return Ok(()) };
        let Some(d) = decoder else { return Ok(()) };
        let room = d.max_utf8_buffer_length_without_replacement(self.raw.len()).unwrap_or(4 * WINDOW).max(16);
        self.text.resize(room, 0);
        let (result, read, written) = d.decode_to_utf8_without_replacement(&self.raw, &mut self.text, self.end);
        self.text.truncate(written);
        self.raw.drain(..read);
        match result {
            DecoderResult::InputEmpty if self.end => *decoder = None,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                let (encoding, named) = (encoding.name(), self.named);
                return Err(io::Error::new(io::ErrorKind::InvalidData, NotText { encoding, named }));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.more()?;
        }
        let n = out.len().min(self.text.len() - self.at);
        out[..n].copy_from_slice(&self.text[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<String> {
        let mut out = String::new();
        // One byte at a time, so that nothing depends on how reads are cut.
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let n = out.len().min(self.0.len()).min(3);
                out[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        Utf8::new(Slow(bytes), None).read_to_string(&mut out).map(|_| out)
    }

    #[test]
    fn encodings() {
        let long = format!("id,production\n{}产量，石灰", "a,1\n".repeat(40_000));
        for text in ["", "a,b\n1,2\n", "产量,id\n1,甲\n", &long] {
            assert_eq!(read(text.as_bytes()).ok().as_deref(), Some(text));
            let (gb, ..) = GB18030.encode(text);
            assert_eq!(read(&gb).ok().as_deref(), Some(text));
            let marked = ["\u{feff}".as_bytes(), text.as_bytes()].concat();
            assert_eq!(read(&marked).ok().as_deref(), Some(text));
            let wide: Vec<u8> =
                [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
            assert_eq!(read(&wide).ok().as_deref(), Some(text));
        }
        // UTF-8 as far as the window reaches, and then not.
        let broken = [format!("产{}", "a".repeat(100_000)).as_bytes(), b"\xff"].concat();
        assert_eq!(read(&broken).err().map(|e| e.kind()), Some(io::ErrorKind::InvalidData));
        assert_eq!(read(b"a\xff\xff").err().map(|e| e.kind()), Some(io::ErrorKind::InvalidData));
    }
}
