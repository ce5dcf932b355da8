//! Bar charts as SVG.

use std::fmt::Write as _;

use super::Figure;

const ROW: f64 = 26.0;
/// The space for the names, for the bars, and for the numbers.
const COLUMNS: [f64; 3] = [170.0, 420.0, 70.0];
const TOP: f64 = 48.0;

/// Returns a picture with a bar for each number, and a line at 1, where both sides are equal. Bars have a logarithmic
/// length if one of them would otherwise hide the others.
pub(super) fn bars(title: &str, figures: &[Figure]) -> String {
    let [names, width, numbers] = COLUMNS;
    let largest = figures.iter().map(|(_, number)| *number).fold(1.0, f64::max);
    let logarithmic = largest > 20.0;
    let length = |number: f64| {
        let part = if logarithmic { (1.0 + number).ln() / (1.0 + largest).ln() } else { number / largest };
        part * width
    };
    let scale = if logarithmic { " (logarithmic)" } else { "" };
    let (mut rows, mut y) = (String::new(), TOP);
    for (name, number) in figures {
        let (bar, middle) = (length(*number), y + 13.0);
        // Writing to a text does not fail.
        let _ = writeln!(
            rows,
            "<text x=\"{:.0}\" y=\"{middle:.0}\" text-anchor=\"end\">{name}</text>\
             <rect x=\"{names:.0}\" y=\"{y:.0}\" width=\"{bar:.1}\" height=\"18\" fill=\"#3b7dd8\"/>\
             <text x=\"{:.1}\" y=\"{middle:.0}\">{number:.2}</text>",
            names - 8.0,
            names + bar + 6.0,
        );
        y += ROW;
    }
    let (all, one) = (names + width + numbers, names + length(1.0));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {all:.0} {:.0}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"8\" y=\"22\" font-size=\"16\">{title}{scale}</text>\n\
         {rows}\
         <line x1=\"{one:.1}\" y1=\"{:.0}\" x2=\"{one:.1}\" y2=\"{y:.0}\" stroke=\"#333333\" stroke-dasharray=\"4 3\"/>\n\
         <text x=\"{one:.1}\" y=\"40\" text-anchor=\"middle\" font-size=\"11\">1</text>\n\
         </svg>\n",
        y + 8.0,
        TOP - 6.0,
    )
}
