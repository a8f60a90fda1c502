//! Does with names and lengths what the calls did with files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::line::{Call, Descriptor, string};
use super::{Place, Traced, TracedCall};
use crate::child::HELLO;
use crate::error::TraceError;
use crate::event::{Event, FileId, is_left_out};
use crate::fault::Operation;
use crate::folder::Files;

type Done = Result<(), TraceError>;

pub(super) struct Replay<'a> {
    place: &'a Place,
    named: HashMap<String, FileId>,
    /// What a name stood for last, for those that still have the file open.
    unlinked: HashMap<String, FileId>,
    lengths: Vec<usize>,
    /// Where the next write to a descriptor goes.
    positions: HashMap<(usize, FileId), Position>,
    counts: HashMap<(u32, String), usize>,
    traced: Traced,
}

#[derive(Clone, Copy)]
enum Position {
    At(usize),
    End,
}

impl<'a> Replay<'a> {
    pub(super) fn new(place: &'a Place, start: &Files) -> Replay<'a> {
        Replay {
            place,
            named: start.keys().cloned().zip(0..).collect(),
            unlinked: HashMap::new(),
            lengths: start.values().map(Vec::len).collect(),
            positions: HashMap::new(),
            counts: HashMap::new(),
            traced: Traced::default(),
        }
    }

    /// How many entries the log has.
    pub(super) fn point(&self) -> usize {
        self.traced.events.len()
    }

    pub(super) fn traced(self) -> Traced {
        self.traced
    }

    pub(super) fn take(&mut self, call: &Call) -> Done {
        self.count(call)?;
        self.traced.failed |= call.is_injected();
        match (call.name.as_str(), call.success()) {
            ("fsync" | "fdatasync", Some(_)) => self.synced(call),
            ("fsync" | "fdatasync", None) => self.sync_failed(call),
            (_, None) => Ok(()),
            ("open" | "openat" | "creat", Some(_)) => self.opened(call),
            ("close", _) => self.closed(call),
            ("read", Some(length)) => self.moved(call, length),
            ("lseek", Some(position)) => self.sought(call, position),
            ("write", Some(length)) => self.written(call, length),
            ("pwrite64", Some(length)) => self.written_at(call, length),
            ("truncate" | "ftruncate", Some(_)) => self.resized(call),
            ("unlink" | "unlinkat", Some(_)) => self.unlinked(call),
            ("rename" | "renameat" | "renameat2", Some(_)) => self.renamed(call),
            _ => self.refused(call),
        }
    }

    /// Counts the calls as `strace` does, to have one of them fail another time.
    fn count(&mut self, call: &Call) -> Done {
        let count = self.counts.entry((call.thread, call.name.clone())).or_default();
        *count += 1;
        let nth = *count;
        let operation = match call.name.as_str() {
            "open" | "openat" | "creat" => Operation::Open,
            "write" | "pwrite64" => Operation::Write,
            "truncate" | "ftruncate" => Operation::Resize,
            "fsync" | "fdatasync" => Operation::Sync,
            "unlink" | "unlinkat" | "rename" | "renameat" | "renameat2" => Operation::Entry,
            _ => return Ok(()),
        };
        let path = match (Descriptor::parse(call.argument(0)?), paths(call).first()) {
            (_, Some(&nth)) => self.path(call, nth)?,
            (Some(descriptor), None) => descriptor.path,
            (None, None) => return Ok(()),
        };
        if let Some(file) = self.below(&path).map(str::to_owned) {
            self.traced.calls.push(TracedCall { call: call.name.clone(), nth, operation, file });
        }
        Ok(())
    }

    fn opened(&mut self, call: &Call) -> Done {
        let Some(opened) = Descriptor::parse(&call.returned) else { return Ok(()) };
        let Some(name) = self.name(&opened.path).filter(|name| !name.is_empty()) else {
            return Ok(());
        };
        let flags = call.arguments[1..].join(",");
        let has = |flag| flags.split(['|', ',']).any(|other| other.trim() == flag);
        if has("O_DIRECTORY") {
            return Ok(());
        }
        if has("O_TMPFILE") {
            return Err(TraceError::Unsupported);
        }
        let creates = has("O_CREAT") || call.name == "creat";
        let file = match self.named.get(&name) {
            Some(&file) => file,
            None if creates => self.create(name),
            // A directory, opened to be synced.
            None => return Ok(()),
        };
        if (has("O_TRUNC") || call.name == "creat") && self.lengths[file] > 0 {
            self.resize(file, 0);
        }
        let position = if has("O_APPEND") { Position::End } else { Position::At(0) };
        self.positions.insert((opened.number, file), position);
        Ok(())
    }

    fn create(&mut self, name: String) -> FileId {
        let file = self.lengths.len();
        self.lengths.push(0);
        self.named.insert(name.clone(), file);
        self.traced.events.push(Event::Create { file, name });
        file
    }

    fn closed(&mut self, call: &Call) -> Done {
        // A file whose name is not known has no position either.
        if let Ok(Some((number, file))) = self.file(call) {
            self.positions.remove(&(number, file));
        }
        Ok(())
    }

    fn moved(&mut self, call: &Call, length: usize) -> Done {
        let Some(key) = self.file(call)? else { return Ok(()) };
        if let Some(Position::At(at)) = self.positions.get_mut(&key) {
            *at += length;
        }
        Ok(())
    }

    fn sought(&mut self, call: &Call, position: usize) -> Done {
        let Some(key) = self.file(call)? else { return Ok(()) };
        if let Some(Position::At(at)) = self.positions.get_mut(&key) {
            *at = position;
        }
        Ok(())
    }

    fn written(&mut self, call: &Call, length: usize) -> Done {
        let Some(key) = self.file(call)? else { return self.noted(call, length) };
        let position = self.positions.get_mut(&key).ok_or(TraceError::UnknownPosition)?;
        let at = match position {
            Position::End => self.lengths[key.1],
            Position::At(at) => {
                *at += length;
                *at - length
            }
        };
        self.write(call, key.1, at, length)
    }

    fn written_at(&mut self, call: &Call, length: usize) -> Done {
        let Some((_, file)) = self.file(call)? else { return Ok(()) };
        self.write(call, file, call.number(3)?, length)
    }

    fn write(&mut self, call: &Call, file: FileId, at: usize, length: usize) -> Done {
        let mut bytes = string(call.argument(1)?)?;
        bytes.truncate(length);
        self.lengths[file] = self.lengths[file].max(at + bytes.len());
        self.traced.events.push(Event::Write { file, at, bytes });
        Ok(())
    }

    fn noted(&mut self, call: &Call, length: usize) -> Done {
        let to = Descriptor::parse(call.argument(0)?);
        if to.is_none_or(|to| to.path != self.place.notes) {
            return Ok(());
        }
        let mut bytes = string(call.argument(1)?)?;
        bytes.truncate(length);
        let line = String::from_utf8(bytes).map_err(|_| TraceError::Unreadable)?;
        let note = line.strip_suffix('\n').ok_or(TraceError::Unreadable)?;
        if note == HELLO {
            self.traced.greeted = true;
        } else {
            self.traced.noted.push(self.point());
            self.traced.notes.push(note.to_owned());
            self.traced.events.push(Event::Acknowledge);
        }
        Ok(())
    }

    fn resized(&mut self, call: &Call) -> Done {
        let file = if call.name == "ftruncate" {
            self.file(call)?.map(|(_, file)| file)
        } else {
            self.name(&self.path(call, 0)?).map(|name| self.known(&name)).transpose()?
        };
        if let Some(file) = file {
            self.resize(file, call.number(1)?);
        }
        Ok(())
    }

    fn resize(&mut self, file: FileId, length: usize) {
        self.lengths[file] = length;
        self.traced.events.push(Event::Resize { file, length });
    }

    fn synced(&mut self, call: &Call) -> Done {
        let (began, entry) = (call.began, call.name == "fsync");
        if let Some((_, file)) = self.file(call)? {
            self.traced.events.push(Event::Sync { file, began, entry });
        } else if let Some(folder) = self.folder(call)? {
            self.traced.events.push(Event::SyncFolder { folder, began });
        }
        Ok(())
    }

    fn sync_failed(&mut self, call: &Call) -> Done {
        if let Some((_, file)) = self.file(call)? {
            self.traced.events.push(Event::SyncFailed { file, began: call.began });
        }
        Ok(())
    }

    fn unlinked(&mut self, call: &Call) -> Done {
        let nth = usize::from(call.name == "unlinkat");
        let Some(name) = self.name(&self.path(call, nth)?) else { return Ok(()) };
        if call.arguments.last().is_some_and(|flags| flags.contains("AT_REMOVEDIR")) {
            return Ok(());
        }
        let file = self.named.remove(&name).ok_or(TraceError::UnknownFile)?;
        self.unlinked.insert(name.clone(), file);
        self.traced.events.push(Event::Unlink { file, name });
        Ok(())
    }

    fn renamed(&mut self, call: &Call) -> Done {
        let [from, to] = if call.name == "rename" { [0, 1] } else { [1, 3] };
        let (from, to) = (self.path(call, from)?, self.path(call, to)?);
        let names = (self.name(&from), self.name(&to));
        let (Some(from), Some(to)) = names else {
            // Into the folder or out of it: where a file is from, or has gone, is not recorded.
            let outside = names == (None, None);
            return if outside { Ok(()) } else { Err(TraceError::Unsupported) };
        };
        if call.arguments.last().is_some_and(|flags| flags.contains("RENAME_EXCHANGE")) {
            return Err(TraceError::Unsupported);
        }
        let file = self.named.remove(&from).ok_or(TraceError::UnknownFile)?;
        if let Some(replaced) = self.named.insert(to.clone(), file) {
            self.unlinked.insert(to.clone(), replaced);
        }
        self.traced.events.push(Event::Rename { file, from, to });
        Ok(())
    }

    /// A call that is not understood may do to other folders what it wants.
    fn refused(&self, call: &Call) -> Done {
        let descriptors = call.arguments.iter().filter_map(|text| Descriptor::parse(text));
        let of_descriptor = descriptors.filter(|descriptor| descriptor.number != usize::MAX);
        let mut touched: Vec<String> = of_descriptor.map(|descriptor| descriptor.path).collect();
        for nth in paths(call) {
            touched.push(self.path(call, nth)?);
        }
        let within = touched.iter().any(|path| self.name(path).is_some());
        if within { Err(TraceError::Unsupported) } else { Ok(()) }
    }

    /// The descriptor that is the first argument and its file, `None` if it is not one of the
    /// folder.
    fn file(&self, call: &Call) -> Result<Option<(usize, FileId)>, TraceError> {
        let Some(descriptor) = Descriptor::parse(call.argument(0)?) else { return Ok(None) };
        let Some(name) = self.name(&descriptor.path) else { return Ok(None) };
        if descriptor.unlinked {
            let file = self.unlinked.get(&name).ok_or(TraceError::UnknownFile)?;
            return Ok(Some((descriptor.number, *file)));
        }
        // What has no file is a directory.
        Ok(self.named.get(&name).map(|&file| (descriptor.number, file)))
    }

    fn folder(&self, call: &Call) -> Result<Option<String>, TraceError> {
        let descriptor = Descriptor::parse(call.argument(0)?);
        Ok(descriptor.and_then(|descriptor| self.name(&descriptor.path)))
    }

    fn known(&self, name: &str) -> Result<FileId, TraceError> {
        self.named.get(name).copied().ok_or(TraceError::UnknownFile)
    }

    /// The path that an argument says, from the directory that the one before it says or from the
    /// folder.
    fn path(&self, call: &Call, nth: usize) -> Result<String, TraceError> {
        let path = String::from_utf8(string(call.argument(nth)?)?);
        let path = path.map_err(|_| TraceError::Unreadable)?;
        let from = nth.checked_sub(1).and_then(|nth| Descriptor::parse(&call.arguments[nth]));
        let from = from.map_or(self.place.folder.clone(), |descriptor| descriptor.path);
        // Components leave out what stands for the same folder again.
        let path: PathBuf = Path::new(&from).join(path).components().collect();
        path.into_os_string().into_string().map_err(|_| TraceError::Unreadable)
    }

    /// The name in the folder that a path says, if that is recorded.
    fn name(&self, path: &str) -> Option<String> {
        let name = self.below(path)?;
        (!is_left_out(name)).then(|| name.to_owned())
    }

    fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(&self.place.folder)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }
}

/// Which arguments of a call are paths. The bytes of a write are none.
fn paths(call: &Call) -> Vec<usize> {
    let is_path = |text: &str| text.starts_with('"');
    match call.name.as_str() {
        "read" | "write" | "pwrite64" => Vec::new(),
        _ => (0..call.arguments.len()).filter(|&nth| is_path(&call.arguments[nth])).collect(),
    }
}
