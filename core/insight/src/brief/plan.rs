//! What is shown within a budget.
//!
//! The shortest page comes first: the root, the first failure in words, and what is left out. What is above it goes to
//! rows of failures and the warnings before them (at most four fifths), to all other rows (as long as rows take no more than three fifths), and what is
//! left to details. How much a part takes is counted part by part; then the whole is counted, and where it is too much
//! after all, less is planned.

use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

use super::candidates::{Candidate, candidates};
use super::details::{Told, bytes, detail};
use super::facts::has_details;
use super::page::{Columns, Content, Pen, page, row};
use super::rows::{Folding, Rank, Row, by_rank, rows};
use super::survey::Survey;
use super::{Brief, BriefOptions, LeftOut, TooSmall};
use crate::tree::Tree;

/// A row takes at least so many tokens: what is far too much need not be counted.
const LEAST_ROW: usize = 8;
/// Tokens kept back for numbers that grow: of rows, of details.
const SLACK: usize = 8;
/// Of a row deeper than this the nearest ancestors are shown, and not all.
const DEEP: usize = 12;
/// Values are not told in fewer tokens.
const LEAST_VALUE: usize = 16;
/// A detail is not begun with fewer tokens left.
const LEAST_DETAIL: usize = 24;
/// So many details in a row that do not fit end the search for smaller ones.
const MISSES: usize = 24;
/// Plans made before the shortest page is taken.
const ATTEMPTS: usize = 12;

pub(super) struct Planner<'t, 'a, 'o> {
    survey: Survey<'t, 'a>,
    options: &'o BriefOptions<'o>,
    pen: Pen,
    folded: Vec<Row>,
    /// All there is to leave out.
    all: LeftOut,
    candidates: Vec<Candidate>,
}

/// Rows that are shown.
struct Chosen {
    rows: Vec<Map>,
    tokens: usize,
    is_folded: bool,
    /// What follows in the order of rank, where not all are shown.
    next: Option<usize>,
    shown: Vec<bool>,
}

impl<'t, 'a, 'o> Planner<'t, 'a, 'o> {
    pub(super) fn new(tree: &'t Tree<'a>, options: &'o BriefOptions<'o>) -> Self {
        let survey = Survey::new(tree, options.focus);
        let folded = rows(&survey, Folding::All);
        let mut all = LeftOut { steps: survey.order.len() as u64, ..LeftOut::default() };
        for node in survey.order.iter().filter_map(|step| survey.node(step.index)) {
            all.details += u64::from(has_details(node));
            all.bytes += bytes(node);
        }
        let candidates = candidates(&survey, options.focus, &folded);
        Self { pen: Pen { style: options.style, encoding: options.encoding }, survey, options, folded, all, candidates }
    }

    pub(super) fn write(&self) -> Result<Brief, TooSmall> {
        let Some(most) = self.options.max_tokens else { return Ok(self.print(&self.everything())) };
        let mut budget = most;
        for _ in 0..ATTEMPTS {
            let Some(content) = self.plan(budget) else { break };
            let brief = self.print(&content);
            if brief.tokens <= most {
                return Ok(brief);
            }
            budget = budget.saturating_sub((brief.tokens - most).max(4));
        }
        let least = self.print(&self.shortest(None));
        if least.tokens <= most { Ok(least) } else { Err(TooSmall { least: least.tokens }) }
    }

    fn print(&self, content: &Content) -> Brief {
        let text = self.pen.write(&page(&self.survey, self.options, content)) + "\n";
        let tokens = self.pen.count(&text);
        Brief { text, tokens, rows: content.rows.len() as u64, left_out: content.left_out }
    }

    fn everything(&self) -> Content {
        let all = rows(&self.survey, Folding::None);
        let columns = Columns { folded: false };
        let told: Vec<Map> = self
            .candidates
            .iter()
            .filter_map(|candidate| detail(&self.survey, candidate, &Told::default(), usize::MAX, &|_| 0))
            .collect();
        Content {
            facts: 2,
            folded: false,
            rows: all.iter().map(|one| row(&self.survey, one, 0, columns)).collect(),
            details: told,
            left_out: LeftOut::default(),
        }
    }

    /// The root and what is left out; with these numbers where others are not known yet.
    fn shortest(&self, left_out: Option<LeftOut>) -> Content {
        let total = self.all.steps;
        let columns = Columns { folded: total > 1 };
        let first = self.folded.first();
        let rows: Vec<Map> =
            first.map(|first| row(&self.survey, first, first.within - first.times, columns)).into_iter().collect();
        let known = LeftOut { steps: total.saturating_sub(rows.len() as u64), ..self.all };
        Content { facts: 0, folded: columns.folded, rows, details: Vec::new(), left_out: left_out.unwrap_or(known) }
    }

    fn plan(&self, budget: usize) -> Option<Content> {
        let shortest = self.print(&self.shortest(Some(self.all))).tokens;
        let room = budget.checked_sub(shortest + SLACK)?;
        let mut chosen = self.choose(room);
        let mut rest = room.saturating_sub(chosen.tokens);
        let facts = self.facts(shortest, rest);
        rest = rest.saturating_sub(facts.1);
        let (told, told_bytes, told_tokens) = self.tell(rest);
        rest = rest.saturating_sub(told_tokens);
        self.extend(&mut chosen, rest);
        let left_out = LeftOut {
            steps: self.all.steps.saturating_sub(chosen.rows.len() as u64),
            details: self.all.details.saturating_sub(told.len() as u64),
            bytes: self.all.bytes.saturating_sub(told_bytes),
        };
        Some(Content { facts: facts.0, folded: chosen.is_folded, rows: chosen.rows, details: told, left_out })
    }

    /// Facts at the head, as far as there is room: how many of them, and their tokens.
    fn facts(&self, shortest: usize, rest: usize) -> (u8, usize) {
        let with = |facts: u8| {
            let content = Content { facts, ..self.shortest(Some(self.all)) };
            (facts, self.print(&content).tokens.saturating_sub(shortest) + 2)
        };
        let few = with(1);
        let all = with(2);
        match rest {
            rest if all.1 <= rest / 5 => all,
            rest if few.1 <= rest / 2 => few,
            _ => (0, 0),
        }
    }

    /// Rows within their part of the room.
    fn choose(&self, room: usize) -> Chosen {
        let share = room / 5 * 3;
        for folding in [Folding::None, Folding::Ends] {
            if folding == Folding::None && self.survey.order.len() * LEAST_ROW > share {
                continue;
            }
            let all = rows(&self.survey, folding);
            if let Some(chosen) = self.all_of(&all, share, folding != Folding::None) {
                return chosen;
            }
        }
        if let Some(chosen) = self.all_of(&self.folded, share, true) {
            return chosen;
        }
        let order = by_rank(&self.survey, &self.folded);
        let mut shown = vec![false; self.folded.len()];
        let mut tokens = 0;
        let mut next = None;
        for (place, (rank, at)) in order.iter().enumerate() {
            let most = if *rank <= Rank::Warning { room / 5 * 4 } else { share };
            let with = self.with_ancestors(*at, &shown);
            let more: usize = with.iter().map(|at| self.folded_cost(*at)).sum();
            if tokens + more > most {
                next = Some(place);
                break;
            }
            tokens += more;
            for at in with {
                if let Some(place) = shown.get_mut(at) {
                    *place = true;
                }
            }
        }
        // The first row stands in the shortest page already.
        if let Some(first) = shown.first_mut() {
            *first = true;
        }
        Chosen { rows: self.shown_rows(&shown), tokens, is_folded: true, next, shown }
    }

    fn all_of(&self, all: &[Row], share: usize, is_folded: bool) -> Option<Chosen> {
        if all.len().saturating_mul(LEAST_ROW) > share {
            return None;
        }
        let columns = Columns { folded: is_folded };
        let made: Vec<Map> = all.iter().map(|one| row(&self.survey, one, one.hidden, columns)).collect();
        let tokens: usize = made.iter().skip(1).map(|row| self.pen.item(row, true)).sum();
        (tokens <= share).then(|| Chosen { rows: made, tokens, is_folded, next: None, shown: Vec::new() })
    }

    /// What a folded row takes, whatever number of rows it hides; the first is in the shortest page.
    fn folded_cost(&self, at: usize) -> usize {
        let Some(one) = self.folded.get(at).filter(|_| at > 0) else { return 0 };
        self.pen.item(&row(&self.survey, one, one.within.saturating_sub(one.times), Columns { folded: true }), true)
    }

    /// A row and those above it that are not shown yet.
    fn with_ancestors(&self, at: usize, shown: &[bool]) -> Vec<usize> {
        let mut with = Vec::new();
        let mut next = Some(at);
        while let Some(at) = next.filter(|at| shown.get(*at) == Some(&false)) {
            if with.len() == DEEP {
                break;
            }
            with.push(at);
            next = self.folded.get(at).and_then(|row| row.parent);
        }
        with
    }

    /// The rows that are shown, each with the number of steps below it that are not.
    fn shown_rows(&self, shown: &[bool]) -> Vec<Map> {
        let mut below: Vec<u64> = self.folded.iter().map(|row| row.hidden).collect();
        // Parents come before children: from the end, what is not shown hands its steps up.
        for (at, row) in self.folded.iter().enumerate().rev() {
            if shown.get(at) == Some(&true) {
                continue;
            }
            let steps = row.times + below.get(at).copied().unwrap_or(0);
            if let Some(parent) = row.parent.and_then(|parent| below.get_mut(parent)) {
                *parent += steps;
            }
        }
        let rows = self.folded.iter().zip(&below).zip(shown).filter(|(_, shown)| **shown);
        rows.map(|((one, below), _)| row(&self.survey, one, *below, Columns { folded: true })).collect()
    }

    /// More rows, where details took less than there was; once all failures have theirs.
    fn extend(&self, chosen: &mut Chosen, mut rest: usize) {
        let Some(from) = chosen.next else { return };
        let order = by_rank(&self.survey, &self.folded);
        for (rank, at) in order.iter().skip(from) {
            let with = self.with_ancestors(*at, &chosen.shown);
            let more: usize = with.iter().map(|at| self.folded_cost(*at)).sum();
            if *rank <= Rank::Failure || more > rest {
                break;
            }
            rest -= more;
            for at in with {
                if let Some(place) = chosen.shown.get_mut(at) {
                    *place = true;
                }
            }
        }
        chosen.rows = self.shown_rows(&chosen.shown);
    }

    /// Details within so many tokens: they, the bytes that they show, and their tokens.
    fn tell(&self, room: usize) -> (Vec<Map>, u64, usize) {
        let mut rest = room.saturating_sub(SLACK);
        let (mut told, mut shown, mut misses) = (Vec::new(), 0, 0);
        let mut known = Told::default();
        for candidate in &self.candidates {
            if rest < LEAST_DETAIL || misses > MISSES {
                break;
            }
            match self.fitting(candidate, &known, rest) {
                Some((map, tokens)) => {
                    rest = rest.saturating_sub(tokens);
                    shown += self.shown_bytes(candidate, &known, &map);
                    known.remember(&self.survey, candidate.node, &map);
                    told.push(map);
                    misses = 0;
                }
                None => misses += 1,
            }
        }
        (told, shown, room.saturating_sub(rest))
    }

    fn fitting(&self, candidate: &Candidate, known: &Told, rest: usize) -> Option<(Map, usize)> {
        let mut most = (rest / candidate.share.max(1)).max(LEAST_VALUE);
        loop {
            let map = detail(&self.survey, candidate, known, most, &|value| self.pen.cost(value))?;
            let tokens = self.pen.item(&map, false);
            if tokens <= rest {
                return Some((map, tokens));
            }
            if most <= LEAST_VALUE {
                return None;
            }
            most = (most / 2).max(LEAST_VALUE);
        }
    }

    fn shown_bytes(&self, candidate: &Candidate, known: &Told, map: &Map) -> u64 {
        let Some(node) = self.survey.node(candidate.node) else { return 0 };
        let all = bytes(node);
        let ours = ["step", "name", "why", "last_known", "nearby"];
        let values = map.iter().filter(|(name, _)| !ours.contains(&name.as_str()));
        let written: u64 = values.map(|(_, value)| json::write(value).len() as u64).sum();
        // Nothing is cut off what is the same without a bound.
        let whole = || detail(&self.survey, candidate, known, usize::MAX, &|_: &Value| 0);
        let is_near = written.saturating_mul(2) >= all || map.iter().any(|(name, _)| name.ends_with("_same_as"));
        if is_near && whole().is_some_and(|whole| whole == *map) {
            return all;
        }
        written.min(all.saturating_sub(1))
    }
}
