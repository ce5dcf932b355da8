//! Progress on standard error, if that is a terminal.

use std::{
    io::{IsTerminal, stderr},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use odm::{migrate::Progress, schema::BuildProgress};

/// Returns whether standard error is a terminal, which shows the progress.
pub(crate) fn is_visible() -> bool {
    stderr().is_terminal()
}

/// Returns a bar for the migrations.
pub(crate) fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    with_numbers(&bar);
    bar
}

fn with_numbers(bar: &ProgressBar) {
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {human_pos} of {human_len} ({eta})") {
        bar.set_style(style);
    }
}

/// Shows the progress of a migration.
pub(crate) fn show(bar: &ProgressBar, progress: &Progress<'_>) {
    bar.set_message(format!("{} of {}: {}", progress.number(), progress.migrations(), progress.migration()));
    bar.set_length(progress.total());
    bar.set_position(progress.done());
}

/// Shows the progress of index builds. The spinner becomes a bar.
pub(crate) fn show_build(bar: &ProgressBar, progress: &BuildProgress<'_>) {
    let message =
        format!("{}.{}: {}", progress.collection(), progress.indexes().join(", "), progress.phase());
    if bar.length().is_none() || bar.message() != message {
        with_numbers(bar);
        bar.set_message(message);
    }
    bar.set_length(progress.total());
    bar.set_position(progress.done());
}

/// Returns a spinner for an action without a known length. It is invisible if standard error is not a terminal.
pub(crate) fn spinner(message: &'static str) -> ProgressBar {
    if !is_visible() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(message);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
