# linear-ticks: a linear x axis, whose numbers do not run into those of the panel beside it.

tick_text(x) = sprintf("%g", x)
tick_inch = (x_high - x_low) / panel_width
tick_distance = tick_step(x_high - x_low, panel_width / 0.24)
set xtics nomirror ("" x_low - (x_high - x_low))
do for [k = int(ceil(x_low / tick_distance)):int(floor(x_high / tick_distance))] {
    tick_at = k * tick_distance
    tick_room = 0.5 * (text_width(tick_text(tick_at)) - panel_gap) * tick_inch
    tick_fits = tick_at - tick_room > x_low && tick_at + tick_room < x_high
    set xtics add ((tick_fits ? tick_text(tick_at) : "") tick_at)
}
