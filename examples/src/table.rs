//! Tables in the terminal.

use comfy_table::{Cell, CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

/// The title of a column, and whether it contains numbers.
#[derive(Debug, Clone, Copy)]
pub enum Column {
    /// A column of strings, aligned to the left.
    Text(&'static str),
    /// A column of numbers, aligned to the right.
    Number(&'static str),
}

impl Column {
    fn cell(self, content: impl ToString) -> Cell {
        match self {
            Self::Text(_) => Cell::new(content).set_alignment(CellAlignment::Left),
            Self::Number(_) => Cell::new(content).set_alignment(CellAlignment::Right),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Text(title) | Self::Number(title) => title,
        }
    }
}

/// Returns a table with these columns and rows.
pub fn table<const N: usize>(columns: [Column; N], rows: impl IntoIterator<Item = [String; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(columns.map(|column| column.cell(column.title())));
    for row in rows {
        table.add_row(columns.iter().zip(row).map(|(column, content)| column.cell(content)));
    }
    table
}
