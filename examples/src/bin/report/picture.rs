//! The picture of the report: a Pareto chart, bars with the theaters of each state and a line with their cumulative
//! share of all theaters.

use std::error::Error;

use anyhow::{Context, anyhow};
use examples::theaters::StateShare;
use plotters::{
    coord::ranged1d::SegmentValue,
    prelude::*,
    style::{
        self,
        text_anchor::{HPos, Pos, VPos},
    },
};

/// The width of the picture in pixels.
const WIDTH: u32 = 1200;
/// The height of the picture in pixels.
const HEIGHT: u32 = 675;

/// More bars than this would not be legible.
const MOST_STATES: usize = 20;

const BARS: RGBColor = RGBColor(0x3b, 0x6e, 0xa8);
const LINE: RGBColor = RGBColor(0xc8, 0x55, 0x1b);
const TEXT: RGBColor = RGBColor(0x33, 0x33, 0x33);
const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);

/// The name of the font in the SVG, for which each viewer has a font. In the PNG it is the registered one.
const FONT: &str = "sans-serif";

/// Registers the font of the crate `notosans`, so that no font needs to be installed.
pub(crate) fn register_font() -> anyhow::Result<()> {
    style::register_font(FONT, FontStyle::Normal, notosans::REGULAR_TTF)
        .map_err(|_| anyhow!("the font of the picture cannot be read"))
}

/// Draws the picture as SVG.
pub(crate) fn svg(states: &[StateShare]) -> anyhow::Result<String> {
    let mut svg = String::new();
    draw(SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)), states).context("drawing the SVG")?;
    Ok(svg)
}

/// Draws the picture as PNG.
pub(crate) fn png(states: &[StateShare]) -> anyhow::Result<Vec<u8>> {
    // Three bytes per pixel.
    let mut pixels = vec![0; (WIDTH * HEIGHT * 3) as usize];
    draw(BitMapBackend::with_buffer(&mut pixels, (WIDTH, HEIGHT)), states).context("drawing the PNG")?;

    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

fn draw<B>(backend: B, states: &[StateShare]) -> anyhow::Result<()>
where
    B: DrawingBackend<ErrorType: Error + Send + Sync + 'static>,
{
    let shown = &states[..states.len().min(MOST_STATES)];
    let first = shown.first().context("there are no states to draw")?;
    // A tenth above the highest bar is left for its label.
    let highest = first.theaters + first.theaters / 10 + 1;
    // The last segment is included.
    let bars = (0..shown.len() - 1).into_segmented();

    let root = backend.into_drawing_area();
    root.fill(&WHITE)?;
    let text = |size: u32| TextStyle::from((FONT, size)).color(&TEXT);
    let mut chart = ChartBuilder::on(&root)
        .caption(title(states), text(30))
        .margin(20)
        .x_label_area_size(60)
        .y_label_area_size(70)
        .right_y_label_area_size(80)
        .build_cartesian_2d(bars.clone(), 0..highest)?
        .set_secondary_coord(bars, 0.0..105.0);

    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(TEXT)
        .x_labels(shown.len())
        .x_label_formatter(&|segment| match segment {
            SegmentValue::CenterOf(bar) => shown.get(*bar).map_or_else(String::new, |s| s.state.clone()),
            _ => String::new(),
        })
        .x_label_style(text(18))
        .x_desc("state (postal abbreviation)")
        .y_label_style(text(18))
        .y_desc("number of theaters")
        .axis_desc_style(text(20))
        .draw()?;
    chart
        .configure_secondary_axes()
        .axis_style(TEXT)
        .y_labels(6)
        .y_label_formatter(&|percent| format!("{percent:.0} %"))
        .label_style(text(18))
        .y_desc("cumulative share of all theaters")
        .axis_desc_style(text(20))
        .draw()?;

    let bars = shown.iter().enumerate().map(|(bar, state)| {
        let corners = [(SegmentValue::Exact(bar), 0), (SegmentValue::Exact(bar + 1), state.theaters)];
        let mut rectangle = Rectangle::new(corners, BARS.filled());
        rectangle.set_margin(0, 0, 5, 5);
        rectangle
    });
    chart
        .draw_series(bars)?
        .label("theaters")
        .legend(|(x, y)| Rectangle::new([(x, y - 6), (x + 20, y + 6)], BARS.filled()));

    let share = |(bar, state): (usize, &StateShare)| (SegmentValue::CenterOf(bar), state.cumulative_percent);
    let shares = || shown.iter().enumerate().map(share);
    chart
        .draw_secondary_series(LineSeries::new(shares(), LINE.stroke_width(3)))?
        .label("cumulative share")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], LINE.stroke_width(3)));
    chart.draw_secondary_series(shares().map(|share| Circle::new(share, 5, LINE.filled())))?;

    let above = text(16).pos(Pos::new(HPos::Center, VPos::Bottom));
    chart.draw_series(shown.iter().enumerate().map(|(bar, state)| {
        let label = Text::new(state.theaters.to_string(), (0, -4), above.clone());
        EmptyElement::at((SegmentValue::CenterOf(bar), state.theaters)) + label
    }))?;

    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::Coordinate(700, 330))
        .label_font(text(18))
        .background_style(WHITE.filled())
        .border_style(GRID)
        .draw()?;
    root.present()?;
    Ok(())
}

/// Returns the main result as a sentence.
fn title(states: &[StateShare]) -> String {
    let theaters: i64 = states.iter().map(|state| state.theaters).sum();
    let half = states.iter().position(|state| state.cumulative_percent >= 50.0).unwrap_or_default() + 1;
    format!("Half of the {theaters} theaters are in {half} of {} states", states.len())
}
