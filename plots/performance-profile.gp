# performance-profile: on which share of the tasks a pruner is at most so many times slower than the
# fastest, in time to a target: a step curve per pruner, a panel per rate, such a row per target. At
# the left how often it is the fastest, at the right how often it gets there at all. Columns:
# performance-profile.sql.

# ---- The data ------------------------------------------------------------------------------------

array block_facet[blocks]
array block_end[blocks]
array block_last[blocks]
array panel_target[panels]
read_point(b) = (block_facet[b] = int($13), block_end[b] = 100 * $16, \
                 block_last[b] = $15, panel_target[int($6)] = $14, \
                 $13)
stats tsv using (read_point(column(-2) + 1)) name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
array facet_text[facets]
stats tsv using (facet_rate[int($13)] = $12) nooutput
do for [c = 1:facets] { facet_text[c] = facet_rate[c] > 0 ? "rate ".percent(facet_rate[c]) : "" }
stats tsv using 15 name "ratio" nooutput
stats tsv using 19 name "unsolved" nooutput
x_low = 0.96
x_high = larger(1.5, ratio_max * 1.15)
all_tasks = panel_title[1]
do for [r = 1:panels] { panel_title[r] = "target ".percent(panel_target[r]) }
subject = experiment.": ".all_tasks.". "

many = series_count > 12 # then lines are thin and have no intervals, which would hide them

# ---- The page ------------------------------------------------------------------------------------

x_name = "time to ".(panels == 1 ? percent(panel_target[1])." accuracy" : "target"). \
         " / the fastest's"
y_name = "share of tasks (%)"
wanted_height = series_count > 12 ? 2.6 : 1.9
right_width = series_width
direct_items = series_count
key_count = series_count
key_beside = 0
key_boxes = 0
array key_label[series_count + 1]
do for [s = 1:series_count] { key_label[s] = series_label[s] }
notes = subject."A task: a dataset, a model and one of the seeds; ". \
        (seeds_min == seeds_max ? counted(seeds_min, "task") \
                                : sprintf("%d to %d tasks", seeds_min, seeds_max)). \
        " per pruner. ".(many ? "" : "Bars: 95 % interval of the share. "). \
        "Equal curves are drawn a little apart.". \
        (unsolved_max > 0 ? sprintf(" Left out because no run reached the target: %s.", \
                                    counted(unsolved_max, "task")) : "").missing.unsure
load "facets.gp"

# ---- The panels ----------------------------------------------------------------------------------

array shown[blocks]
array item_text[blocks]
array item_x[blocks]
array item_y[blocks]
array item_style[blocks]

# Curves that lie upon each other stand a little apart.
apart = 100 * smaller(0.012, 0.1 / series_count)
raised(b) = (block_series[b] - 0.5 * (series_count + 1)) * apart
set logscale x
y_low = -6
y_high = 106
set xrange [x_low:x_high]
set yrange [y_low:y_high]
do for [r = 1:panels] {
    do for [c = 1:facets] {
        load "facet-panel.gp"
        tick_labels = last_row
        load "ticks.gp"
        set ytics nomirror 0, (panel_height > 1.2 ? 20 : 50), 100
        set format y (first_column ? "%g" : "")
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
            item_y[item_count] = block_end[b] + raised(b)
            item_style[item_count] = block_series[b]
            # A curve goes on to the right edge.
            set arrow from block_last[b], block_end[b] + raised(b) to x_high, \
                block_end[b] + raised(b) nohead ls block_series[b]
        }
        if (direct) { load "labels.gp" }
        plot NaN, \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using (many ? NaN : $15):(100 * $17):(0):(100 * ($18 - $17)) \
                 with vectors nohead ls block_series[shown[i]] lw 0.4 dt 1, \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using 15:(100 * $16 + raised(shown[i])) with steps \
                 ls block_series[shown[i]] lw (many ? 0.6 : 1.1), \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using 15:(100 * $16 + raised(shown[i])) with points \
                 ls block_series[shown[i]] lw 0.7
        unset label
        unset arrow
    }
}
unset multiplot
