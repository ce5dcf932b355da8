//! Bar charts as SVG.

use std::fmt::Write as _;

use super::Figure;

/// The height of a row, and of the bar in it.
const ROW: f64 = 26.0;
const BAR: f64 = 18.0;
/// The space for the names, for the bars, and for the numbers.
const COLUMNS: [f64; 3] = [180.0, 440.0, 80.0];
/// Where the first row begins.
const TOP: f64 = 76.0;
const BETTER: &str = "#3b7dd8";
const WORSE: &str = "#d0803a";

/// Returns a picture with a bar for each ratio, and a line at 1, where both sides are equal. The color of a bar shows
/// on which side of the line it ends; `less_is_better` decides which side is which. Bars have a logarithmic length if
/// one of them would otherwise hide the others.
pub(super) fn bars(title: &str, meaning: &str, less_is_better: bool, figures: &[Figure]) -> String {
    let [names, width, numbers] = COLUMNS;
    let largest = figures.iter().map(|(_, number)| *number).fold(1.0, f64::max);
    let logarithmic = largest > 20.0;
    let length = |number: f64| {
        let part = if logarithmic { (1.0 + number).ln() / (1.0 + largest).ln() } else { number / largest };
        part * width
    };
    let scale = if logarithmic { " The lengths are logarithmic." } else { "" };
    let meaning = meaning.replace('`', "");
    let (mut rows, mut y) = (String::new(), TOP);
    for (name, number) in figures {
        let (bar, text) = (length(*number), y + 14.0);
        let color = if (*number <= 1.0) == less_is_better { BETTER } else { WORSE };
        // Writing to a text does not fail.
        let _ = writeln!(
            rows,
            "<text x=\"{:.0}\" y=\"{text:.0}\" text-anchor=\"end\">{name}</text>\
             <rect x=\"{names:.0}\" y=\"{y:.0}\" width=\"{bar:.1}\" height=\"{BAR:.0}\" fill=\"{color}\"/>\
             <text x=\"{:.1}\" y=\"{text:.0}\">{number:.2}</text>",
            names - 10.0,
            // Beside the line, if the bar ends just before it.
            names + if length(1.0) - bar < 40.0 { bar.max(length(1.0)) } else { bar } + 8.0,
        );
        y += ROW;
    }
    let (all, one) = (names + width + numbers, names + length(1.0));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {all:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222222\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"12\" y=\"24\" font-size=\"16\" font-weight=\"bold\">{title}</text>\n\
         <text x=\"12\" y=\"43\" font-size=\"12\" fill=\"#555555\">{meaning}{scale}</text>\n\
         {rows}\
         <line x1=\"{one:.1}\" y1=\"{:.0}\" x2=\"{one:.1}\" y2=\"{y:.0}\" stroke=\"#222222\" stroke-dasharray=\"4 3\"/>\n\
         <text x=\"{one:.1}\" y=\"{:.0}\" text-anchor=\"middle\" font-size=\"11\">1</text>\n\
         </svg>\n",
        TOP - 6.0,
        TOP - 10.0,
        height = y + 8.0,
    )
}
