# worst-class: accuracy of the worst class against that of all test samples, a mark per pruner and
# rate, lines from rate to rate, a panel per dataset and model. Columns: worst-class.sql.

# ---- The data ------------------------------------------------------------------------------------

array panel_x_low[panels]
array panel_x_high[panels]
array panel_y_low[panels]
array panel_y_high[panels]
do for [r = 1:panels] {
    stats tsv using ($6 == r ? 100 * $14 : NaN) name "x_low" nooutput
    stats tsv using ($6 == r ? 100 * $15 : NaN) name "x_high" nooutput
    stats tsv using ($6 == r ? 100 * $17 : NaN) name "low" nooutput
    stats tsv using ($6 == r ? 100 * $18 : NaN) name "high" nooutput
    panel_x_low[r] = padded_low(x_low_min, x_high_max)
    panel_x_high[r] = padded_high(x_low_min, x_high_max)
    panel_y_low[r] = padded_low(low_min, high_max)
    panel_y_high[r] = padded_high(low_min, high_max)
}
stats tsv using 19 name "tail" nooutput

# ---- The page ------------------------------------------------------------------------------------

tiles = panels
array tile_text[tiles]
do for [r = 1:panels] { tile_text[r] = panels > 1 ? panel_title[r] : "" }
grid_across = 2
x_name = "test accuracy (%)"
y_name = "of the worst class (%)"
wanted_height = panels == 1 && one_panel > one_column ? 3 : 2.1
right_width = 0
direct_items = 0
key_count = series_count
key_boxes = 2
array key_label[series_count]
array key_mark[series_count]
do for [s = 1:series_count] {
    key_label[s] = series_label[s]
    key_mark[s] = series_mark[s]
    set style line s lw 1.1 ps 0.5 * mark_scale
}
notes = subject.over_seeds("Median", " after the last epoch; bars: ".bounds(tail_max)). \
        " A mark per rate.".missing
load "grid.gp"

# ---- The panels ----------------------------------------------------------------------------------

do for [r = 1:panels] {
    t = r
    load "grid-panel.gp"
    x_low = panel_x_low[r]
    x_high = panel_x_high[r]
    y_low = panel_y_low[r]
    y_high = panel_y_high[r]
    set xrange [x_low:x_high]
    set yrange [y_low:y_high]
    load "linear-ticks.gp"
    set ytics nomirror tick_step(y_high - y_low, panel_height / 0.2)
    here(b) = block_panel[b] == r
    plot NaN, \
         for [b = 1:blocks] tsv index b - 1 using (here(b) ? 100 * $13 : NaN):(100 * $16) \
             with lines ls block_series[b] lw 0.6, \
         for [b = 1:blocks] tsv index b - 1 \
             using (here(b) ? 100 * $14 : NaN):(100 * $16):(100 * ($15 - $14)):(0) \
             with vectors nohead ls block_series[b] lw 0.5 dt 1, \
         for [b = 1:blocks] tsv index b - 1 \
             using (here(b) ? 100 * $13 : NaN):(100 * $17):(0):(100 * ($18 - $17)) \
             with vectors nohead ls block_series[b] lw 0.5 dt 1, \
         for [b = 1:blocks] tsv index b - 1 using (here(b) ? 100 * $13 : NaN):(100 * $16) \
             with points ls block_series[b] lw 0.7
    unset label
}
unset multiplot
