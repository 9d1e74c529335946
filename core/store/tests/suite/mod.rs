//! What every engine must do: one function a promise, generic over [`Store`]. An engine's test calls [`engine_suite!`]
//! with a way to make an empty store; one that has a harness of its own takes them from [`every_promise!`].

mod erase;
mod ingest;
pub mod maker;
mod numbers;
mod query;
mod remove;
mod search;
mod snapshot;
mod tally;

pub use erase::*;
pub use ingest::*;
pub use numbers::*;
pub use query::*;
pub use remove::*;
pub use search::*;
pub use snapshot::snapshot;
pub use tally::*;

/// Hands every promise to the macro `$take`, behind what is given to it.
#[macro_export]
macro_rules! every_promise {
    ($take:ident, $($given:tt)*) => {
        $take! { $($given)*;
            envelopes_come_back_byte_for_byte,
            applying_twice_changes_nothing,
            order_does_not_matter,
            pending_events_become_sealed_ones,
            an_older_view_takes_nothing_away,
            pending_events_that_turned_out_otherwise_are_taken_back,
            a_fork_is_kept_and_reported,
            content_is_stored_once_and_merged,
            exported_envelopes_verify,
            a_fuller_copy_fills_in_what_was_withheld,
            the_ledger_is_chained,
            heads_are_kept_as_they_came,
            a_cursor_never_goes_back,
            lists_are_paged_and_filtered,
            traces_are_found_by_what_people_have,
            a_trace_has_its_totals,
            updates_win_over_starts,
            events_are_in_order_and_followed,
            content_is_resolved_on_request,
            content_of_many_events_is_read_together,
            feedback_is_found_at_its_target,
            producers_answer_for_their_process,
            a_search_gives_steps_and_points_newest_first,
            a_search_is_paged,
            a_search_finds_runs_by_their_agent,
            a_search_finds_events_by_type_name_and_short_name,
            a_search_finds_what_is_said_whatever_the_case,
            a_search_knows_sessions_correlations_services_and_times,
            a_search_that_cannot_be_is_named,
            sessions_have_their_totals,
            the_envelopes_of_an_event_are_found,
            numbers_are_counted_by_series_and_time,
            a_trace_that_changes_is_counted_once,
            costs_come_from_who_has_prices,
            what_agents_repeat_is_not_counted_again,
            traces_are_found_by_models_and_agents,
            buckets_are_read_by_time,
            numbers_are_counted_by_session,
            a_deleted_trace_leaves_digests_and_stays_away,
            a_trace_deleted_while_it_is_recorded_stays_away,
            content_goes_that_nothing_names,
            what_is_old_goes_in_short_steps,
            what_is_old_is_removed,
            what_rules_find_is_erased_for_good,
            what_was_erased_does_not_come_back_with_a_fork,
            all_content_of_a_trace_is_erased_but_what_others_say,
            what_is_not_sealed_is_left_alone,
            a_message_goes_and_the_conversation_around_it_stays,
            what_is_spread_over_a_stream_goes_with_all_of_it,
            a_selection_says_whose_it_is,
            numbers_are_asked_for,
            numbers_that_cannot_be_are_named,
        }
    };
}

/// Makes a test of every promise: `$make` gives an empty store.
#[macro_export]
macro_rules! engine_suite {
    ($make:expr) => {
        every_promise! { engine_suite, $make }
    };
    ($make:expr; $($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                suite::$name(&mut $make);
            }
        )*
    };
}
