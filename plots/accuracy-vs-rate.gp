# accuracy-vs-rate: final test accuracy against the share of training samples that were pruned, a
# panel per dataset and model. Columns: accuracy-vs-rate.sql.

# ---- The data ------------------------------------------------------------------------------------

array block_reference[blocks]
array block_low[blocks]
array block_high[blocks]
array end_x[blocks]
array end_y[blocks]
read_point(b) = (end_x[b] = 100 * $13, end_y[b] = 100 * $14, block_low[b] = 100 * $15, \
                 block_high[b] = 100 * $16, tail = $17, block_reference[b] = int($18), \
                 gap = 100 * $19, $18)
stats tsv using (read_point(column(-2) + 1)) name "reference" nooutput

# All panels share the x axis. Where nothing was pruned at all, it says nothing.
pruned_min = 0
pruned_max = 100
if (reference_min == 0) {
    stats tsv using ($18 == 1 ? NaN : 100 * $13) name "pruned" nooutput
}
pad = larger(5, 0.08 * (pruned_max - pruned_min))
x_low = pruned_min - pad
x_high = pruned_max + pad

array panel_y_low[panels]
array panel_y_high[panels]
do for [r = 1:panels] {
    stats tsv using ($6 == r ? 100 * $15 : NaN) name "low" nooutput
    stats tsv using ($6 == r ? 100 * $16 : NaN) name "high" nooutput
    panel_y_low[r] = padded_low(low_min, high_max)
    panel_y_high[r] = padded_high(low_min, high_max)
}

# ---- The page ------------------------------------------------------------------------------------

tiles = panels
array tile_text[tiles]
do for [r = 1:panels] { tile_text[r] = panels > 1 ? panel_title[r] : "" }
grid_across = 2
x_name = "training samples pruned (%)"
y_name = "test accuracy (%)"
wanted_height = panels == 1 && one_panel > one_column ? 3 : 2.1
right_width = series_width
direct_items = series_count
key_count = series_count
key_beside = 0
key_boxes = 0
array key_label[series_count]
do for [s = 1:series_count] { key_label[s] = series_label[s] }
notes = subject.over_seeds("Median", " after the last epoch; bars: ".bounds(tail)).missing
load "grid.gp"

# ---- The panels ----------------------------------------------------------------------------------

# Series stand side by side at one rate, 0.05 inch apart, but all within half of the distance to the
# next rate.
step = smaller(0.05 * (x_high - x_low) / panel_width, 0.5 * gap / series_count)
dodge(b) = (block_series[b] - 0.5 * (series_count + 1)) * step

array shown[blocks]
array item_text[blocks]
array item_x[blocks]
array item_y[blocks]
array item_style[blocks]

set xrange [x_low:x_high]
do for [r = 1:panels] {
    t = r
    load "grid-panel.gp"
    y_low = panel_y_low[r]
    y_high = panel_y_high[r]
    set yrange [y_low:y_high]
    set xtics nomirror
    set ytics nomirror tick_step(y_high - y_low, panel_height / 0.2)

    # A reference is a line and a band over the whole panel, the rest goes through the rates.
    shown_count = 0
    item_count = 0
    do for [i = 1:blocks] {
        b = block_order[i]
        if (block_panel[b] != r) { continue }
        s = block_series[b]
        if (block_reference[b]) {
            set object rectangle from graph 0, first block_low[b] to graph 1, first block_high[b] \
                behind fc rgb block_colour(b) fs transparent solid 0.15 noborder
            set arrow from x_low, end_y[b] to x_high, end_y[b] nohead ls s
        } else {
            shown_count = shown_count + 1
            shown[shown_count] = b
        }
        item_count = item_count + 1
        item_text[item_count] = block_label[b]
        item_x[item_count] = block_reference[b] ? x_high : end_x[b] + dodge(b)
        item_y[item_count] = end_y[b]
        item_style[item_count] = s
    }
    if (direct) { load "labels.gp" }

    if (shown_count) {
        plot for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using (100 * $13 + dodge(shown[i])):(100 * $14) \
                 with lines ls block_series[shown[i]], \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using (100 * $13 + dodge(shown[i])):(100 * $15):(0):(100 * ($16 - $15)) \
                 with vectors nohead ls block_series[shown[i]] lw 0.7 dt 1, \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using (100 * $13 + dodge(shown[i])):(100 * $14) \
                 with points ls block_series[shown[i]] lw 0.7 ps 0.5 * mark_scale
    } else {
        plot NaN
    }
    unset label
    unset arrow
    unset object
}
unset multiplot
