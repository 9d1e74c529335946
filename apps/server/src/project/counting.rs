//! What comes into a project is counted.

use std::sync::Arc;

use tracewire_store::Store;

use super::Project;

/// Events that are read at once.
const PAGE: usize = 1000;

/// Counts what comes into a project, until its writer ends.
pub(super) async fn follow(project: Arc<Project>) {
    let mut news = project.news();
    let mut after = *news.borrow_and_update();
    while news.changed().await.is_ok() {
        let last = *news.borrow_and_update();
        while after < last {
            if let Some((behind, events)) = project.fresh.take(after) {
                after = behind;
                for part in events.chunks(PAGE) {
                    project.counted.take(part);
                    tokio::task::yield_now().await;
                }
                continue;
            }
            let read = move |store: &dyn Store| Ok(store.events_after(after, PAGE)?);
            let page = match project.ask(read).await {
                Ok(page) => page,
                Err(problem) => {
                    // They are counted with the next ones.
                    tracing::warn!(code = problem.code(), "events were not counted yet");
                    break;
                }
            };
            let is_full = page.len() == PAGE;
            after = page.last().map_or(after, |stored| stored.id);
            project.counted.take(page.iter().map(|stored| &stored.event));
            if !is_full {
                break;
            }
        }
    }
}
