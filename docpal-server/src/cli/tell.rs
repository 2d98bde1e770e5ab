//! Where commands tell things: answers on the standard output, notes on the standard error output. Nothing here panics,
//! as `println!` does where nothing can be written: what is being done goes on. An answer that was lost is an error in
//! the end.

use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

use super::problem::Problem;

/// Why an answer could not be written: the first one, as what follows would have a gap.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Answers on the standard output; [`answered`] says later whether it could be written.
pub(super) fn say(text: &str) {
    if LOST.get().is_none()
        && let Err(error) = hand_over(text)
    {
        drop(LOST.set(error));
    }
}

/// Answers with what cannot be asked for again, and says at once whether that could be written.
pub(super) fn hand_over(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write(&mut out, text)?;
    out.flush()
}

/// Tells the person at the terminal. Where that cannot be written, nobody is there to be told so.
pub(super) fn note(text: &str) {
    drop(write(&mut io::stderr().lock(), text));
}

/// Why an answer was lost, if one was.
pub(super) fn lost() -> Option<&'static io::Error> {
    LOST.get()
}

/// Were all answers written? That nobody reads any more, as behind `head`, is no fault.
pub(super) fn answered() -> Result<(), Problem> {
    match lost() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::new(format!("the answer could not be written to the standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// A line at once, so that others' lines do not come between.
fn write(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(format!("{text}\n").as_bytes())
}
