//! About how many tokens a picture takes, by the formulas that its model's maker publishes. Only the maker knows: where a call says
//! what it used, that counts.
//!
//! | family | formula | published at |
//! |---|---|---|
//! | OpenAI, tiles | fit into 2048×2048, then the shorter side to 768; a base, and as much again for each tile of 512×512 | platform.openai.com/docs/guides/images-vision |
//! | OpenAI, patches | patches of 32×32, scaled down to at most 1,536 of them, times a factor | the same page |
//! | Anthropic | longer side to 1,568, at most about 1,600; width · height / 750 | docs.claude.com/en/docs/build-with-claude/vision |
//! | Anthropic, high resolution | longer side to 2,576, at most 4,784 patches of 28×28 | the same page |
//! | Gemini | 258 up to 384×384; else for each tile, two thirds as long as the shorter side | ai.google.dev/gemini-api/docs/image-understanding |
//! | Gemini 3 | 1,120 at the resolution that it has by default | ai.google.dev/gemini-api/docs/media-resolution |

use tracewire_wire::media::{self, Tag};
use tracewire_wire::value::{Map, Value};

/// A way to count a picture's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vision {
    /// A base, and so many for each tile.
    Tiles {
        /// Tokens of every picture.
        base: u64,
        /// Tokens of each tile.
        tile: u64,
    },
    /// Patches of 32×32, times so many hundredths.
    Patches {
        /// What a patch counts, in hundredths of a token.
        hundredths: u64,
    },
    /// Pixels, 750 of which are a token.
    Pixels,
    /// Patches of 28×28.
    FinePatches,
    /// Tiles of 258 tokens.
    Crops,
    /// The same for every picture.
    Fixed(u64),
}

impl Vision {
    /// One of each family, with a model that is of it.
    pub const FAMILIES: [(&'static str, Vision); 5] = [
        ("gpt-4o", Vision::Tiles { base: 85, tile: 170 }),
        ("gpt-4.1-mini", Vision::Patches { hundredths: 162 }),
        ("claude-sonnet-4", Vision::Pixels),
        ("gemini-2.5", Vision::Crops),
        ("gemini-3", Vision::Fixed(1120)),
    ];

    /// How a model counts, where its maker says so; names of regions and of those who host it may stand before its own.
    ///
    /// ```
    /// use tracewire_insight::tokens::Vision;
    /// assert_eq!(Vision::of_model("openai/gpt-4o-2024-08-06"), Some(Vision::Tiles { base: 85, tile: 170 }));
    /// assert_eq!(Vision::of_model("us.anthropic.claude-sonnet-4-20250514-v1:0"), Some(Vision::Pixels));
    /// assert_eq!(Vision::of_model("text-embedding-3-small"), None);
    /// ```
    #[must_use]
    pub fn of_model(model: &str) -> Option<Self> {
        let model = model.to_ascii_lowercase();
        let name = model.rsplit('/').next().unwrap_or(&model);
        if let Some(at) = name.find("claude-") {
            let is_fine = ["opus-4-7", "opus-4-8", "opus-5"]
                .iter()
                .any(|fine| name.get(at..).is_some_and(|name| name.contains(fine)));
            return Some(if is_fine { Vision::FinePatches } else { Vision::Pixels });
        }
        if let Some(at) = name.find("gemini-") {
            let is_third = name.get(at..).is_some_and(|name| name.starts_with("gemini-3"));
            return Some(if is_third { Vision::Fixed(1120) } else { Vision::Crops });
        }
        let is = |family: &str| name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        // The longer name first: each also begins with the shorter one.
        OPENAI.iter().find(|(family, _)| is(family)).map(|(_, vision)| *vision)
    }

    /// About how many tokens a picture of this size takes, in high detail where there is a choice.
    #[must_use]
    pub fn image(self, width: u64, height: u64) -> u64 {
        let (width, height) = (width.clamp(1, MOST_PIXELS) as f64, height.clamp(1, MOST_PIXELS) as f64);
        match self {
            Vision::Tiles { base, tile } => {
                let fit = (2048.0 / width.max(height)).min(1.0);
                let (width, height) = ((width * fit).round(), (height * fit).round());
                let short = (768.0 / width.min(height)).min(1.0);
                base + tile * squares(width * short, height * short, 512.0)
            }
            Vision::Patches { hundredths } => patches(width, height) * hundredths / 100,
            Vision::Pixels => {
                let edge = (1568.0 / width.max(height)).min(1.0);
                ((width * edge * height * edge / 750.0).ceil() as u64).min(1600)
            }
            Vision::FinePatches => {
                let edge = (2576.0 / width.max(height)).min(1.0);
                squares(width * edge, height * edge, 28.0).min(4784)
            }
            Vision::Crops if width <= 384.0 && height <= 384.0 => 258,
            Vision::Crops => 258 * squares(width, height, (width.min(height) / 1.5).floor().max(1.0)),
            Vision::Fixed(tokens) => tokens,
        }
    }

    /// About how many tokens sound or a film takes that lasts this long; none where nobody says.
    #[must_use]
    pub fn lasting(self, media_type: &str, nanos: u64) -> Option<u64> {
        // 32 for each second of sound, 263 with its pictures (ai.google.dev/gemini-api/docs/tokens).
        let each = match self {
            Vision::Crops | Vision::Fixed(_) => {
                if media_type.starts_with("audio/") {
                    32
                } else {
                    263
                }
            }
            _ => return None,
        };
        Some(nanos.div_ceil(1_000_000_000) * each)
    }
}

/// More is nobody's picture, and would be no number in the end.
const MOST_PIXELS: u64 = 1 << 20;
/// Patches of a picture, at most.
const MOST_PATCHES: f64 = 1536.0;

const OPENAI: [(&str, Vision); 18] = [
    ("gpt-4o-mini", Vision::Tiles { base: 2833, tile: 5667 }),
    ("gpt-4o", Vision::Tiles { base: 85, tile: 170 }),
    ("chatgpt-4o", Vision::Tiles { base: 85, tile: 170 }),
    ("gpt-4-turbo", Vision::Tiles { base: 85, tile: 170 }),
    ("gpt-4-vision", Vision::Tiles { base: 85, tile: 170 }),
    ("gpt-4.1-mini", Vision::Patches { hundredths: 162 }),
    ("gpt-4.1-nano", Vision::Patches { hundredths: 246 }),
    ("gpt-4.1", Vision::Tiles { base: 85, tile: 170 }),
    ("gpt-4.5", Vision::Tiles { base: 85, tile: 170 }),
    ("gpt-5-mini", Vision::Patches { hundredths: 162 }),
    ("gpt-5-nano", Vision::Patches { hundredths: 246 }),
    ("gpt-5", Vision::Tiles { base: 70, tile: 140 }),
    ("gpt-5.1", Vision::Tiles { base: 70, tile: 140 }),
    ("o1", Vision::Tiles { base: 75, tile: 150 }),
    ("o3-pro", Vision::Tiles { base: 75, tile: 150 }),
    ("o3", Vision::Tiles { base: 75, tile: 150 }),
    ("o4-mini", Vision::Patches { hundredths: 172 }),
    ("computer-use-preview", Vision::Tiles { base: 65, tile: 129 }),
];

fn squares(width: f64, height: f64, side: f64) -> u64 {
    (width / side).ceil() as u64 * (height / side).ceil() as u64
}

/// Patches of 32×32 that cover a picture; one of more than fit is scaled down so that whole ones fit.
fn patches(width: f64, height: f64) -> u64 {
    let all = squares(width, height, 32.0);
    if all as f64 <= MOST_PATCHES {
        return all;
    }
    let mut ratio = (32.0 * 32.0 * MOST_PATCHES / (width * height)).sqrt();
    let whole = |side: f64| (side * ratio / 32.0).floor().max(1.0) / (side * ratio / 32.0);
    ratio *= whole(width).min(whole(height));
    // A side that is a whole number of patches may come out a little longer.
    squares(width * ratio - 1e-6, height * ratio - 1e-6, 32.0).min(MOST_PATCHES as u64)
}

/// What the media of a value may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Media for which a number is told.
    pub counted: u64,
    /// About how many tokens these take.
    pub tokens: u64,
    /// Media of which nobody says how many they take.
    pub uncounted: u64,
}

impl Estimate {
    /// Looks for media in a value: tags, and bytes and texts that are some.
    ///
    /// ```
    /// use tracewire_insight::tokens::{Estimate, Vision};
    /// use tracewire_wire::json::{self, ReadOptions};
    /// let said = br#"[{"$media":{"bytes":9,"height":1024,"type":"image/png","width":1024}},{"$media":{"bytes":9,"type":"application/pdf"}}]"#;
    /// let value = json::read(said, &ReadOptions::default())?;
    /// let expected = Estimate { counted: 1, tokens: 765, uncounted: 1 };
    /// assert_eq!(Estimate::of(&value, Vision::of_model("gpt-4o").unwrap()), expected);
    /// # Ok::<(), tracewire_wire::WireError>(())
    /// ```
    #[must_use]
    pub fn of(value: &Value, vision: Vision) -> Self {
        let mut estimate = Estimate::default();
        for_each_medium(value, &mut |tag| estimate.add(&tag, vision));
        estimate
    }

    /// The same of what has been taken out of a value alone: of what stands in tags, which takes no decoding.
    #[must_use]
    pub fn of_told(value: &Value, vision: Vision) -> Self {
        let mut estimate = Estimate::default();
        media::for_each_tag(value, &mut |tag| estimate.add(&tag, vision));
        estimate
    }

    fn add(&mut self, tag: &Tag, vision: Vision) {
        let size = tag.width.zip(tag.height).map(|(width, height)| vision.image(width, height));
        let tokens = if tag.media_type.starts_with("image/") {
            size
        } else {
            tag.duration_nanos.and_then(|nanos| vision.lasting(&tag.media_type, nanos))
        };
        match tokens {
            Some(tokens) => (self.counted, self.tokens) = (self.counted + 1, self.tokens + tokens),
            None => self.uncounted += 1,
        }
    }
}

/// Calls `each` for every medium of a value, whether it has been taken out or stands there as it is.
pub fn for_each_medium(value: &Value, each: &mut dyn FnMut(Tag)) {
    let mut body = Map::from_iter([("input".to_owned(), value.clone())]);
    media::extract(&mut body, &mut |_, _| {});
    body.iter().for_each(|(_, value)| media::for_each_tag(value, each));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(model: &str, width: u64, height: u64) -> u64 {
        Vision::of_model(model).unwrap().image(width, height)
    }

    #[test]
    fn published_examples_come_out() {
        // OpenAI, tiles: the guide's own examples, and two that were billed and turn on how sides are rounded.
        assert_eq!(of("gpt-4o", 1024, 1024), 765);
        assert_eq!(of("gpt-4o", 2048, 4096), 1105);
        assert_eq!(of("gpt-4.1", 2049, 513), 1445);
        assert_eq!(of("gpt-4.1", 2050, 513), 765);
        assert_eq!(of("gpt-5", 1024, 1024), 630);
        assert_eq!(of("gpt-4o-mini", 1024, 1024), 25_501);
        // OpenAI, patches.
        assert_eq!(of("gpt-4.1-mini", 1024, 1024), 1024 * 162 / 100);
        assert_eq!(patches(1024.0, 1024.0), 1024);
        assert_eq!(patches(1800.0, 2400.0), 1452);
        assert!(patches(4000.0, 1474.0) <= 1536 && patches(4000.0, 1474.0) > 1400);
        // Anthropic.
        assert_eq!(of("claude-3-7-sonnet-latest", 200, 200), 54);
        assert_eq!(of("claude-sonnet-4", 1000, 1000), 1334);
        assert_eq!(of("claude-opus-4-1", 1092, 1092), 1590);
        assert_eq!(of("claude-opus-4-1", 4000, 3000), 1600);
        assert_eq!(of("claude-opus-4-7", 2576, 1456), 92 * 52);
        // Gemini.
        assert_eq!(of("gemini-2.5-flash", 384, 384), 258);
        assert_eq!(of("gemini-2.5-flash", 960, 540), 6 * 258);
        assert_eq!(of("models/gemini-3-pro-preview", 960, 540), 1120);
        assert_eq!(Vision::Crops.lasting("audio/mpeg", 60_000_000_000), Some(1920));
        assert_eq!(Vision::Pixels.lasting("audio/mpeg", 60_000_000_000), None);
    }

    #[test]
    fn models_that_nobody_speaks_of_have_no_number() {
        for model in ["", "gpt-5.7", "gpt-4", "llama-4", "o1000", "claudette", "gpt-4ox"] {
            assert_eq!(Vision::of_model(model), None, "{model}");
        }
    }

    #[test]
    fn any_size_has_a_number() {
        for vision in Vision::FAMILIES.map(|(_, vision)| vision).into_iter().chain([Vision::FinePatches]) {
            for (width, height) in [(0, 0), (1, 1), (1, u64::MAX), (u64::MAX, 1), (u64::MAX, u64::MAX), (33, 1)] {
                assert!(vision.image(width, height) > 0, "{vision:?} {width}x{height}");
            }
        }
    }
}
