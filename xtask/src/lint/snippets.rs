//! A block of Kotlin, Java or Swift that a page shows also stands in a file which the tests compile, so that what a reader copies builds.
//! (Blocks of the other languages are run by the tests of the documentation.)

use super::{Finding, SourceFile};

/// The language of a block, the ending of its files, and where those that show examples are.
const SHOWN: &[(&str, &str, &str)] = &[
    ("kotlin", ".kt", "sdks/kotlin/tracewire/src/test/kotlin/dev/tracewire/shown/"),
    ("java", ".java", "sdks/kotlin/tracewire/src/test/java/dev/tracewire/shown/"),
    ("swift", ".swift", "sdks/swift/Tests/TracewireTests/Shown/"),
];
/// Before a block that cannot be compiled here; it says why.
const LEFT_OUT: &str = "<!-- not compiled: ";

/// Looks for every block of every page.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let pages = files.iter().filter(|file| file.has_extension(&["md"]));
    let of_page = |page: &SourceFile| {
        blocks(&page.text)
            .filter_map(|block| {
                let (_, ending, folder) = SHOWN.iter().find(|(language, ..)| *language == block.language)?;
                let sources = files.iter().filter(|file| file.path.starts_with(folder) && file.path.ends_with(ending));
                let is_compiled = sources.into_iter().any(|file| holds(&file.text, &block.lines));
                (!is_compiled && !block.is_left_out).then(|| {
                    let message =
                        format!("no file of {folder} has these lines: put them there, so that they are compiled");
                    Finding::error(&page.path, block.line, message)
                })
            })
            .collect::<Vec<_>>()
    };
    pages.flat_map(of_page).collect()
}

struct Block<'a> {
    language: &'a str,
    /// Where it begins, from 1.
    line: usize,
    lines: Vec<&'a str>,
    is_left_out: bool,
}

fn blocks(page: &str) -> impl Iterator<Item = Block<'_>> {
    let mut lines = page.lines().enumerate();
    let mut above = "";
    std::iter::from_fn(move || {
        loop {
            let (at, line) = lines.next()?;
            let Some(language) = line.strip_prefix("```").filter(|language| !language.is_empty()) else {
                above = line;
                continue;
            };
            // The site's own way to write it, with options such as `:caption:` before the code.
            let directive = language.strip_prefix("{code-block} ");
            let language = directive.unwrap_or(language);
            let is_left_out = above.starts_with(LEFT_OUT);
            let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| !line.starts_with("```"));
            let inside = inside.filter(|line| directive.is_none() || !line.starts_with(':')).collect();
            above = "";
            return Some(Block { language, line: at + 1, lines: inside, is_left_out });
        }
    })
}

/// Whether the lines follow each other there. How far they are indented is the file's affair; so is where imports stand.
fn holds(text: &str, wanted: &[&str]) -> bool {
    let (imports, rest): (Vec<&str>, Vec<&str>) = wanted
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty())
        .partition(|line| line.starts_with("import "));
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    imports.iter().all(|import| lines.contains(import))
        && (rest.is_empty() || lines.windows(rest.len()).any(|window| window == rest))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::lint::{file, said};

    const FOLDER: &str = "sdks/swift/Tests/TracewireTests/Shown/";

    #[test]
    fn a_block_is_compiled_somewhere() {
        let page = "# Page\n\n```swift\nimport Tracewire\n\nlet x = 1\nlet y = 2\n```\n\n```console\n$ ls\n```\n";
        let code = "import Testing\nimport Tracewire\nfunc shown() {\n  let x = 1\n  let y = 2\n}\n";
        let source = file(&format!("{FOLDER}Page.swift"), code);
        assert!(check(&[file("a.md", page), source]).is_empty());
        let other = file(&format!("{FOLDER}Page.swift"), "import Tracewire\nlet x = 1\nlet z = 2\n");
        assert_eq!(
            said(check(&[file("a.md", page), other])),
            [format!("a.md:3: no file of {FOLDER} has these lines: put them there, so that they are compiled")]
        );
        let elsewhere = file("sdks/swift/Sources/Tracewire/Page.swift", code);
        assert_eq!(check(&[file("a.md", page), elsewhere]).len(), 1);
    }

    #[test]
    fn an_import_of_a_block_is_an_import_of_the_file() {
        let page = "```swift\nimport Tracewire\nlet x = 1\n```\n";
        let source = file(&format!("{FOLDER}Page.swift"), "let x = 1\n");
        assert_eq!(check(&[file("a.md", page), source]).len(), 1);
    }

    #[test]
    fn a_block_with_a_caption_is_one() {
        let page = "```{code-block} swift\n:caption: main.swift\n\nlet x = 1\n```\n";
        assert_eq!(check(&[file("a.md", page)]).len(), 1);
        assert!(check(&[file("a.md", page), file(&format!("{FOLDER}Page.swift"), "let x = 1\n")]).is_empty());
    }

    #[test]
    fn what_cannot_be_compiled_here_says_why() {
        let page = "<!-- not compiled: needs SwiftUI -->\n```swift\nlet x = 1\n```\n";
        assert!(check(&[file("a.md", page)]).is_empty());
    }
}
