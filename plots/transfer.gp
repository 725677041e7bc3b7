# transfer: how much better or worse than a random subset one is that another network chose, beside
# the choice of the network that is trained, and full data: a line per series over the rates, a
# panel per dataset and model trained. Columns: transfer.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
points(c) = 100 * column(c)
measured(c) = strcol(c) ne "NaN"
low(none) = measured(15) ? points(15) : points(14)
high(none) = measured(16) ? points(16) : points(14)
array end_x[blocks]
array end_y[blocks]
chooser = ""
read_point(b) = (end_x[b] = points(13), end_y[b] = points(14), gap = points(19), \
                 choosers = int($18), chooser = strlen(strcol(17)) ? strcol(17) : chooser, \
                 points(13))
stats tsv using (read_point(column(-2) + 1)) name "pruned" nooutput
stats tsv using (measured(15) ? 1 : 0) name "barred" nooutput

pad = larger(5, 0.08 * (pruned_max - pruned_min))
x_low = pruned_min - pad
x_high = pruned_max + pad
array panel_y_low[panels]
array panel_y_high[panels]
do for [r = 1:panels] {
    stats tsv using ($6 == r ? low(0) : NaN) name "low" nooutput
    stats tsv using ($6 == r ? high(0) : NaN) name "high" nooutput
    panel_y_low[r] = padded_low(smaller(0, low_min), larger(0, high_max))
    panel_y_high[r] = padded_high(smaller(0, low_min), larger(0, high_max))
}

# ---- The page ------------------------------------------------------------------------------------

tiles = panels
array tile_text[tiles]
do for [r = 1:panels] { tile_text[r] = panels > 1 ? panel_title[r] : "" }
grid_across = 2
x_name = "training samples pruned (%)"
y_name = "minus random (points)"
wanted_height = 2.3
right_width = larger(series_width, text_width("random"))
direct_items = series_count + 1
key_count = series_count
key_beside = 0
key_boxes = 0
array key_label[series_count]
do for [s = 1:series_count] { key_label[s] = series_label[s] }
notes = subject.over_seeds("Mean", " of the differences in test accuracy from a random ". \
                                   "subset of the same size at the same seed". \
                                   (barred_max > 0 ? "; bars: 95 % interval (full data: none)" \
                                                   : "")). \
        (choosers == 1 ? " Another's: chosen with ".chooser."." : ""). \
        " Its own: chosen with the network that is trained.".missing
load "grid.gp"

# ---- The panels ----------------------------------------------------------------------------------

# Series stand side by side at one rate, as in accuracy-vs-rate.
step = smaller(0.05 * (x_high - x_low) / panel_width, 0.5 * gap / series_count)
dodge(b) = (block_series[b] - 0.5 * (series_count + 1)) * step

array item_text[blocks + 1]
array item_x[blocks + 1]
array item_y[blocks + 1]
array item_style[blocks + 1]

set xrange [x_low:x_high]
do for [r = 1:panels] {
    t = r
    load "grid-panel.gp"
    y_low = panel_y_low[r]
    y_high = panel_y_high[r]
    set yrange [y_low:y_high]
    load "linear-ticks.gp"
    set ytics nomirror tick_step(y_high - y_low, panel_height / 0.2)
    set arrow from x_low, 0 to x_high, 0 nohead back lw 0.8 lc rgb colour("random", 0)
    item_count = 1
    item_text[1] = "random"
    item_x[1] = x_high
    item_y[1] = 0
    item_style[1] = 0
    do for [i = 1:blocks] {
        b = block_order[i]
        if (block_panel[b] != r) { continue }
        item_count = item_count + 1
        item_text[item_count] = block_label[b]
        item_x[item_count] = end_x[b] + dodge(b)
        item_y[item_count] = end_y[b]
        item_style[item_count] = block_series[b]
    }
    if (direct) { load "labels.gp" }
    here(b) = block_panel[b] == r
    plot for [b = 1:blocks] tsv index b - 1 \
             using (here(b) ? points(13) + dodge(b) : NaN):(points(14)) \
             with lines ls block_series[b], \
         for [b = 1:blocks] tsv index b - 1 \
             using (here(b) && measured(15) ? points(13) + dodge(b) : NaN): \
                   (points(15)):(0):(points(16) - points(15)) \
             with vectors nohead ls block_series[b] lw 0.7 dt 1, \
         for [b = 1:blocks] tsv index b - 1 \
             using (here(b) ? points(13) + dodge(b) : NaN):(points(14)) \
             with points ls block_series[b] lw 0.7 ps 0.5 * mark_scale
    unset label
    unset arrow
}
unset multiplot
