//! Lists of byte strings as one: for each its length in four bytes, little-endian, then itself.

#[cfg(feature = "tools")]
use tracewire_boundary::Refusal;

#[cfg(feature = "recorder")]
pub(crate) fn pack<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut packed = Vec::new();
    for part in parts {
        packed.extend_from_slice(&(part.len() as u32).to_le_bytes());
        packed.extend_from_slice(part);
    }
    packed
}

#[cfg(feature = "tools")]
/// # Errors
/// `pack` for what is no such list.
pub(crate) fn unpack(mut packed: &[u8]) -> Result<Vec<&[u8]>, Refusal> {
    let mut parts = Vec::new();
    while !packed.is_empty() {
        let part = packed
            .split_first_chunk()
            .and_then(|(length, rest)| rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?));
        let (part, rest) = part.ok_or_else(|| Refusal::new("pack", "a list of byte strings is cut off"))?;
        parts.push(part);
        packed = rest;
    }
    Ok(parts)
}
