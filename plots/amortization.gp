# amortization: what a training costs, as a share of one on full data, against the number of
# trainings that share the pruner's scores: a line per pruner, a panel per rate, dataset and model.
# It pays where it is below 1, from the large mark on. Columns: amortization.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
array block_facet[blocks]
array block_low[blocks]
array block_end[blocks]
array block_pays[blocks]
array block_flat[blocks]
do for [b = 1:blocks] { block_flat[b] = 1 }
read_point(b) = (block_facet[b] = int($13), tail = $18, \
                 $14 == 1 ? (block_low[b] = $15) : 0, block_end[b] = $15, \
                 block_pays[b] = strcol(19) eq "NaN" ? 0 : $19, \
                 block_flat[b] = abs($15 / block_low[b] - 1) < 1e-6, $13)
stats tsv using (read_point(column(-2) + 1)) name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
array facet_text[facets]
stats tsv using (facet_rate[int($13)] = $12) nooutput
do for [c = 1:facets] { facet_text[c] = facet_rate[c] > 0 ? "rate ".percent(facet_rate[c]) : "" }

# The axes: log10 of the share, so that names at the right find their lines.
array panel_y_low[panels]
array panel_y_high[panels]
most_k = 10
do for [b = 1:blocks] {
    if (block_pays[b] > most_k && block_pays[b] < 1000) { most_k = block_pays[b] }
}
x_low = 0.8
x_high = most_k < 70 ? 130 : 1300
do for [r = 1:panels] {
    stats tsv using ($6 == r && $14 < x_high ? log10($16) : NaN) name "low" nooutput
    stats tsv using ($6 == r && $14 < x_high ? log10($17) : NaN) name "high" nooutput
    panel_y_low[r] = smaller(low_min, -0.05) - 0.06 * larger(0.5, high_max - low_min)
    panel_y_high[r] = larger(high_max, 0.05) + 0.06 * larger(0.5, high_max - low_min)
}

many = series_count > 12 # then lines are thin and have no intervals, which would hide them

# ---- The page ------------------------------------------------------------------------------------

x_name = "trainings that share the scores"
y_name = "time / full data's"
wanted_height = series_count > 12 ? 2.8 : 2.1
right_width = series_width
direct_items = series_count
key_count = series_count
key_beside = 0
key_boxes = 0
array key_label[series_count + 1]
do for [s = 1:series_count] { key_label[s] = series_label[s] }
notes = subject.over_seeds("Median", ", seed by seed".(many ? "" : bands(bounds(tail)))). \
        " Charged time of one training: scoring, by the number that share it, selecting and ". \
        "training. ".(filled ? "Large mark" : "Mark"). \
        ": from here on it takes less than full data. Flat: nothing to ". \
        "share.".missing.unsure
load "facets.gp"

# ---- The panels ----------------------------------------------------------------------------------

array shown[blocks]
array item_text[blocks]
array item_x[blocks]
array item_y[blocks]
array item_style[blocks]

set logscale x
do for [r = 1:panels] {
    do for [c = 1:facets] {
        load "facet-panel.gp"
        y_low = panel_y_low[r]
        y_high = panel_y_high[r]
        set xrange [x_low:x_high]
        set yrange [y_low:y_high]
        tick_labels = last_row
        load "ticks.gp"
        set ytics nomirror ("" y_low - 1)
        y_step = (y_high - y_low) * 0.17 / panel_height
        y_digits = y_step < log10(5.0 / 3) ? "1 2 3 5" : y_step < log10(2) ? "1 2 5" : \
                   y_step < log10(3) ? "1 3" : "1"
        do for [e = int(floor(y_low)):int(floor(y_high))] {
            do for [m in y_digits] {
                at = e + log10(m + 0.0)
                if (at >= y_low && at <= y_high) {
                    set ytics add ((first_column ? sprintf("%g", 10 ** at) : "") at)
                }
            }
        }
        set arrow from x_low, 0 to x_high, 0 nohead back lw 0.9 lc rgb grey
        shown_count = 0
        item_count = 0
        do for [i = 1:blocks] {
            b = block_order[i]
            if (block_panel[b] != r || block_facet[b] != c) { continue }
            shown_count = shown_count + 1
            shown[shown_count] = b
            item_count = item_count + 1
            item_text[item_count] = block_label[b]
            item_x[item_count] = x_high
            item_y[item_count] = log10(block_end[b])
            item_style[item_count] = block_series[b]
        }
        if (direct) { load "labels.gp" }
        ends(b) = block_pays[b] >= 1 && block_pays[b] < x_high && block_pruner[b] ne "full"
        plot NaN, \
             for [i = 1:filled * shown_count] tsv index shown[i] - 1 \
                 using (many ? NaN : $14):(log10($16)):(log10($17)) with filledcurves \
                 fc rgb block_colour(shown[i]) fs transparent solid 0.12 noborder, \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using 14:(log10($15)) with lines ls block_series[shown[i]] lw (many ? 0.6 : 1.1), \
             for [i = 1:filled * shown_count] tsv index shown[i] - 1 every 3 \
                 using 14:(log10($15)) with points ls block_series[shown[i]] lw 0.7, \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using (ends(shown[i]) && !block_flat[shown[i]] && \
                        $14 <= block_pays[shown[i]] ? block_pays[shown[i]] : NaN): \
                       (0) \
                 with points ls block_series[shown[i]] lw 0.7 ps 0.7 * mark_scale
        unset label
        unset arrow
    }
}
unset multiplot
