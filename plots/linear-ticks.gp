# linear-ticks: a linear x axis, whose numbers do not run into each other or into those of the panel
# beside it: of long ones every second has room, or fewer.

tick_text(x) = sprintf("%g", x)
tick_inch = (x_high - x_low) / panel_width
tick_distance = tick_step(x_high - x_low, panel_width / 0.24)
tick_first = int(ceil(x_low / tick_distance))
tick_last = int(floor(x_high / tick_distance))
tick_widest = 0
do for [k = tick_first:tick_last] {
    tick_widest = larger(tick_widest, text_width(tick_text(k * tick_distance)))
}
tick_every = int(larger(1, ceil((tick_widest + 0.02) * tick_inch / tick_distance)))
set xtics nomirror ("" x_low - (x_high - x_low))
do for [k = tick_first:tick_last] {
    tick_at = k * tick_distance
    tick_room = 0.5 * (text_width(tick_text(tick_at)) - panel_gap) * tick_inch
    tick_fits = tick_at - tick_room > x_low && tick_at + tick_room < x_high && k % tick_every == 0
    set xtics add ((tick_fits ? tick_text(tick_at) : "") tick_at)
}
