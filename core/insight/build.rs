//! Packs what counting tokens needs into tables that are read where they lie: nothing is loaded, built or parsed when a program
//! begins. The vocabularies come from a crate that carries them, character classes from the tables of `regex`.
//!
//! The list of prices is compressed: it is read by few programs that could, and carried by all.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "prices")]
    prices::run()?;
    #[cfg(feature = "tokens")]
    pack::run()?;
    Ok(())
}

#[cfg(feature = "tokens")]
#[path = "src/tokens/layout.rs"]
#[allow(dead_code, reason = "what reads the tables is of no use here")]
mod layout;

#[cfg(feature = "prices")]
mod prices {
    use std::error::Error;
    use std::io::Write as _;
    use std::path::Path;

    const LIST: &str = "data/genai-prices.json";
    /// As small as it gets.
    const LEVEL: u8 = 10;

    pub fn run() -> Result<(), Box<dyn Error>> {
        let packed = miniz_oxide::deflate::compress_to_vec(&std::fs::read(LIST)?, LEVEL);
        std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("genai-prices.deflate"), packed)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "cargo::rerun-if-changed=build.rs\ncargo::rerun-if-changed={LIST}")?;
        Ok(())
    }
}

#[cfg(feature = "tokens")]
mod pack {
    use std::error::Error;
    use std::fs;
    use std::io::Write as _;
    use std::path::Path;

    use regex_syntax::hir::{Class, HirKind};
    use tiktoken_rs::CoreBPE;

    use crate::layout;

    /// What matches each class of [`layout`].
    const CLASSES: [(u8, &str); 5] = [
        (layout::LETTER, r"\p{L}"),
        (layout::NUMBER, r"\p{N}"),
        (layout::SPACE, r"\s"),
        (layout::UPPER, r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"),
        (layout::LOWER, r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"),
    ];

    pub fn run() -> Result<(), Box<dyn Error>> {
        let folder = std::env::var("OUT_DIR")?;
        let folder = Path::new(&folder);
        fs::write(folder.join("classes.bin"), classes()?)?;
        vocabulary(folder, "cl100k", &tiktoken_rs::cl100k_base()?, layout::CL100K)?;
        vocabulary(folder, "o200k", &tiktoken_rs::o200k_base()?, layout::O200K)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "cargo::rerun-if-changed=build.rs\ncargo::rerun-if-changed=src/tokens/layout.rs")?;
        Ok(())
    }

    /// A byte for every scalar value, equal blocks once: first the number of each block as two bytes, then the blocks.
    fn classes() -> Result<Vec<u8>, Box<dyn Error>> {
        let mut classes = vec![0_u8; layout::BLOCKS * layout::BLOCK];
        for (bit, pattern) in CLASSES {
            let parsed = regex_syntax::parse(pattern)?;
            let HirKind::Class(Class::Unicode(class)) = parsed.kind() else { return Err(pattern.into()) };
            for range in class.ranges() {
                for code in u32::from(range.start())..=u32::from(range.end()) {
                    *classes.get_mut(code as usize).ok_or("a scalar value")? |= bit;
                }
            }
        }
        let mut index = Vec::new();
        let mut blocks: Vec<&[u8]> = Vec::new();
        for block in classes.chunks(layout::BLOCK) {
            let at = blocks.iter().position(|known| *known == block).unwrap_or_else(|| {
                blocks.push(block);
                blocks.len() - 1
            });
            index.extend(u16::try_from(at)?.to_le_bytes());
        }
        Ok([index, blocks.concat()].concat())
    }

    /// The bytes of all tokens in the order of their ranks, where each ends, and a hash table of ranks.
    fn vocabulary(folder: &Path, name: &str, from: &CoreBPE, shape: layout::Shape) -> Result<(), Box<dyn Error>> {
        let mut slots = vec![layout::EMPTY; 1 << shape.slot_bits];
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for rank in 0..shape.tokens {
            let token = from.decode_bytes(&[rank]).map_err(|error| format!("{name} {rank}: {error:?}"))?;
            let hash = layout::hash(&token);
            let mut slot = layout::slot(hash, shape.slot_bits);
            while slots.get(slot).is_some_and(|taken| *taken != layout::EMPTY) {
                slot = (slot + 1) & ((1 << shape.slot_bits) - 1);
            }
            *slots.get_mut(slot).ok_or("a slot")? = layout::entry(hash, rank);
            bytes.extend(&token);
            ends.push(u32::try_from(bytes.len())?);
        }
        if layout::hash(&bytes) != shape.fingerprint {
            return Err(format!("the vocabulary {name} is another one: {:#x}", layout::hash(&bytes)).into());
        }
        let packed = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        fs::write(folder.join(format!("{name}.slots")), packed(&slots))?;
        fs::write(folder.join(format!("{name}.ends")), packed(&ends))?;
        fs::write(folder.join(format!("{name}.bytes")), bytes)?;
        Ok(())
    }
}
