//! Blocks: bytes that are compressed where that makes them shorter.
//!
//! A block is the length of its content, the length of its bytes and its bytes: the content itself
//! if both lengths are the same, else a DEFLATE stream (RFC 1951) of the content, which is shorter.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::{DecodeError, Reader, write};

/// Where more effort gains little on editing histories.
const LEVEL: u32 = 5;
/// Shorter content is left as it is: setting up a compressor takes longer than what it gains is
/// worth.
const SHORT: usize = 64;
/// No DEFLATE stream expands its bytes by more.
const MOST_EXPANDED: usize = 1032;

/// Appends a block.
pub(crate) fn write_block(out: &mut Vec<u8>, content: &[u8]) {
    let packed = if content.len() < SHORT { None } else { compress(content) };
    let packed = packed.filter(|packed| packed.len() < content.len());
    write::length(out, content.len());
    write::bytes(out, packed.as_deref().unwrap_or(content));
}

/// Appends a block that is not compressed, where time is worth more than room.
pub(crate) fn write_block_as_it_is(out: &mut Vec<u8>, content: &[u8]) {
    write::length(out, content.len());
    write::bytes(out, content);
}

fn compress(content: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::with_capacity(content.len());
    let mut deflate = Compress::new(Compression::new(LEVEL), false);
    // With room for no more than the content, the end is only reached by what is shorter.
    let status = deflate.compress_vec(content, &mut packed, FlushCompress::Finish);
    matches!(status, Ok(Status::StreamEnd)).then_some(packed)
}

/// Reads a block whose content has at most `most` bytes.
pub(crate) fn read_block(reader: &mut Reader<'_>, most: usize) -> Result<Vec<u8>, DecodeError> {
    let length = usize::try_from(reader.varint()?).map_err(|_| DecodeError::Truncated)?;
    let packed = reader.bytes()?;
    if length > most {
        return Err(DecodeError::OverLimit("bytes of a block"));
    }
    if length == packed.len() {
        return Ok(packed.to_vec());
    }
    if length < packed.len() {
        return Err(DecodeError::NotShortest("a block"));
    }
    if length / MOST_EXPANDED > packed.len() {
        return Err(DecodeError::BadCompression);
    }
    let mut content = vec![0; length];
    let mut inflate = Decompress::new(false);
    let status = inflate.decompress(packed, &mut content, FlushDecompress::Finish);
    let whole = inflate.total_in() == packed.len() as u64 && inflate.total_out() == length as u64;
    match status {
        Ok(Status::StreamEnd) if whole => Ok(content),
        _ => Err(DecodeError::BadCompression),
    }
}
