# gap-theory: the generalization gap against the predicted (m + eps) / N, a mark per pruner and
# rate, light ones for its seeds, a panel per dataset and model, with the line of least squares and
# the correlation. Columns: gap-theory.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
array panel_slope[panels]
array panel_intercept[panels]
array panel_correlation[panels]
number(c) = strcol(c) eq "NaN" ? NaN : column(c)
between(low, high) = sprintf(" (%.2f to %.2f)", low, high)
correlation_text(none) = $28 < 1 ? "no correlation: too few runs" : \
                         sprintf("correlation %.2f", $25).($28 > 1 ? between($26, $27) : "")
read_row(r) = (panel_slope[r] = number(23), panel_intercept[r] = number(24), \
               panel_correlation[r] = correlation_text(0), $28)
stats tsv using (read_row(int($6))) name "correlated" nooutput

array panel_x_low[panels]
array panel_x_high[panels]
array panel_y_low[panels]
array panel_y_high[panels]
do for [r = 1:panels] {
    stats tsv using ($6 == r ? $14 : NaN) name "x" nooutput
    stats tsv using ($6 == r ? $15 : NaN) name "y" nooutput
    x_room = larger(0.06 * (x_max - x_min), 0.5 * (0.2 - (x_max - x_min)))
    y_room = larger(0.1 * (y_max - y_min), 0.5 * (0.05 - (y_max - y_min)))
    panel_x_low[r] = x_min - x_room
    panel_x_high[r] = x_max + x_room
    panel_y_low[r] = y_min - y_room
    panel_y_high[r] = y_max + y_room
}

# ---- The page ------------------------------------------------------------------------------------

tiles = panels
array tile_text[tiles]
do for [r = 1:panels] { tile_text[r] = panels > 1 ? panel_title[r] : "" }
grid_across = 2
x_name = "predicted: (m + eps) / N"
y_name = "generalization gap"
wanted_height = 2.1
right_width = 0
direct_items = 0
key_count = series_count
key_boxes = 2
array key_label[series_count]
array key_mark[series_count]
do for [s = 1:series_count] {
    key_label[s] = series_label[s]
    key_mark[s] = series_mark[s]
    set style line s lw 1.1 ps 0.5 * mark_scale dt 1
}
notes = subject.over_seeds("A mark per rate: mean", \
                           "; light: the seeds; bars: lowest to highest"). \
        " Gap: test loss minus the loss on all training samples. Predicted: m of N samples are ". \
        "pruned, eps is the length of the sum of their influences; full data: 0.". \
        (series_count > 2 ? " Pruners' marks are moved apart sideways." : ""). \
        " Line: least squares. Correlation: Pearson's, of a seed's runs". \
        (correlated_max > 1 ? "; mean over seeds (lowest to highest)." : ".").missing
load "grid.gp"

# ---- The panels ----------------------------------------------------------------------------------

text_room = 0.17 # for the correlation, above all marks
set samples 500
do for [r = 1:panels] {
    t = r
    load "grid-panel.gp"
    x_low = panel_x_low[r]
    x_high = panel_x_high[r]
    y_low = panel_y_low[r]
    y_high = panel_y_high[r] + \
             (panel_y_high[r] - y_low) * text_room / (panel_height - text_room)
    set xrange [x_low:x_high]
    set yrange [y_low:y_high]
    load "linear-ticks.gp"
    step = tick_step(y_high - y_low, panel_height / 0.2)
    set ytics nomirror step * ceil(y_low / step), step, panel_y_high[r]
    set label panel_correlation[r] at screen sx(x + 0.08), sy(y + 0.08) front
    # Several pruners have marks at one rate: they stand side by side.
    step = series_count > 2 ? 0.05 * (x_high - x_low) / panel_width : 0
    dodge(b) = (block_series[b] - 0.5 * (series_count + 1)) * step
    here(b) = block_panel[b] == r && $16 == 1
    line(x) = panel_intercept[r] + panel_slope[r] * x
    plot [x_low:x_high] (line(x) < panel_y_high[r] ? line(x) : NaN) \
             with lines lw 0.8 dt 11 lc rgb grey, \
         for [b = 1:blocks] tsv index b - 1 using (block_panel[b] == r ? $14 + dodge(b) : NaN):15 \
             with points ls block_series[b] pt glyph(7) ps 0.2 * mark_scale \
             lc rgb colour(block_pruner[b], block_variant[b] + 1), \
         for [b = 1:blocks] tsv index b - 1 \
             using (here(b) ? $18 + dodge(b) : NaN):20:($19 - $18):(0) \
             with vectors nohead ls block_series[b] lw 0.7, \
         for [b = 1:blocks] tsv index b - 1 \
             using (here(b) ? $17 + dodge(b) : NaN):21:(0):($22 - $21) \
             with vectors nohead ls block_series[b] lw 0.7, \
         for [b = 1:blocks] tsv index b - 1 using (here(b) ? $17 + dodge(b) : NaN):20 \
             with points ls block_series[b] lw 0.7
    unset label
}
unset multiplot
