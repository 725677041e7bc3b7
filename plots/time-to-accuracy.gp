# time-to-accuracy: the charged time until a target, of every seed, a row per pruner, a column of
# panels per rate, such a table per target, dataset and model. What did not reach the target is an
# arrow that begins where it was last seen. Columns: time-to-accuracy.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
array facet_text[facets]
array panel_target[panels]
unreached = 0
read_row(r) = (facet_rate[int($13)] = $12, panel_target[r] = $14, \
               unreached = unreached + (int($16) == 0), r)
stats tsv using (read_row(int($6))) nooutput
do for [c = 1:facets] { facet_text[c] = facet_rate[c] > 0 ? "rate ".percent(facet_rate[c]) : "" }
one_target = 1
do for [r = 1:panels] { one_target = one_target && panel_target[r] == panel_target[1] }
if (!one_target) {
    do for [r = 1:panels] {
        panel_title[r] = panel_title[r].": ".percent(panel_target[r])
    }
    subject = experiment.". "
}

# One axis for all rates: times that were reached and those at which hope was given up.
array panel_x_low[panels]
array panel_x_high[panels]
quickest = 1e99
seen(none) = int($16) ? $17 : $18
do for [r = 1:panels] {
    stats tsv using ($6 == r && seen(0) > 0 ? seen(0) : NaN) name "time" nooutput
    if (!exists("time_records")) { # nothing to count: then gnuplot takes the variables away
        time_min = 1
        time_max = 10
    }
    room = larger(1.25, sqrt(2 * time_min / time_max))
    panel_x_low[r] = time_min / room
    panel_x_high[r] = time_max * room
    quickest = smaller(quickest, time_max)
}
unit = time_unit(quickest)

# ---- The page ------------------------------------------------------------------------------------

axis_name = "charged time to ".(one_target ? percent(panel_target[1])." test accuracy" \
                                          : "the test accuracy").sprintf(" (%s)", unit_name(unit))
least_panel = 1.3
key_count = unreached ? 3 : 2
key_boxes = 2
array key_label[key_count]
key_label[1] = "a seed"
key_label[2] = "median"
if (unreached) { key_label[3] = "not reached, last seen here" }
array key_mark[3] = [glyph(6), glyph(7), glyph(2)]
set style line 1 lc rgb 0x404040 lw 1.1 dt 1 pt glyph(6) ps 0.4 * mark_scale
set style line 2 lc rgb 0x404040 lw 1.1 dt 1 pt glyph(7) ps 0.5 * mark_scale
set style line 3 lc rgb 0x404040 lw 1.1 dt 1 pt glyph(2) ps 0.35 * mark_scale
notes = subject.(seeds_max == 1 ? "One seed." : seeds."."). \
        " Charged time: scoring, selecting and training.". \
        (unreached ? " A target that is not reached counts as infinite; infinite medians are ". \
                     "not drawn. Numbers at the edge: seeds that reached it." : "").missing.unsure
load "rows.gp"

# ---- The panels ----------------------------------------------------------------------------------

set logscale x
do for [r = 1:panels] {
    do for [c = 1:facets] {
        load "row-panel.gp"
        # A strip at the right edge is for what has no time.
        x_low = panel_x_low[r] / unit
        strip = unreached ? small_width("10/10") + 0.06 : 0
        x_high = (panel_x_high[r] / unit / x_low) ** (panel_width / (panel_width - strip)) * x_low
        set xrange [x_low:x_high]
        tick_labels = 1
        load "ticks.gp"
        here(none) = $6 == r && $13 == c
        lost(none) = here(0) && int($16) == 0
        at(s) = larger(x_low, s / unit)
        edge = x_low * (x_high / x_low) ** (1 - (strip - 0.05) / panel_width)
        row(none) = row_y(int(column(-2)) + 1)
        plot NaN, \
             for [b = 1:blocks] tsv index b - 1 \
                 using (lost(0) ? at($18) : NaN):(row_y(b)):(edge - at($18)):(0) \
                 with vectors head filled size screen 0.04 / width, 25 lw 0.6 \
                 lc rgb block_colour(b), \
             for [b = 1:blocks] tsv index b - 1 \
                 using (lost(0) ? at($18) : NaN):(row_y(b)) \
                 with points pt glyph(2) ps 0.35 * mark_scale lw 0.8 lc rgb block_colour(b), \
             for [b = 1:blocks] tsv index b - 1 \
                 using (here(0) && int($16) ? at($17) : NaN):(row_y(b)) \
                 with points pt glyph(6) ps 0.4 * mark_scale lw 0.8 lc rgb block_colour(b), \
             for [b = 1:blocks] tsv index b - 1 \
                 using (here(0) && strcol(20) ne "NaN" ? at($20) : NaN):(row_y(b)) \
                 with points pt glyph(7) ps 0.5 * mark_scale lc rgb block_colour(b), \
             tsv using (here(0) && int($21) ? x_high : NaN):(row(0)):(sprintf("%d/%d", $19, $5)) \
                 with labels right font small_font textcolor rgb grey
        unset label
        unset arrow
    }
}
unset multiplot
