# seeds: the accuracy of every seed, a row per pruner, a column of panels per rate, such a table per
# dataset and model: how far seeds lie apart beside how far pruners do. Columns: seeds.sql.

# ---- The data ------------------------------------------------------------------------------------

points(c) = 100 * column(c)
stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
stats tsv using (facet_rate[int($13)] = $12) nooutput
array facet_text[facets]
do for [c = 1:facets] { facet_text[c] = facet_rate[c] > 0 ? "rate ".percent(facet_rate[c]) : "" }

# Each panel has its own axis. Few seeds that went astray would flatten the others: they become
# arrows at the left edge.
array cell_low[panels * facets]
array cell_high[panels * facets]
cell(panel, facet) = (panel - 1) * facets + facet
shown(r, c) = $6 == r && $13 == c
astray = 0
do for [r = 1:panels] {
    do for [c = 1:facets] {
        i = cell(r, c)
        cell_low[i] = 0
        cell_high[i] = 100
        stats tsv using (shown(r, c) ? 1 : 0) name "some" nooutput
        if (some_sum > 0) {
            stats tsv using (shown(r, c) ? points(15) : NaN) name "seed" nooutput
            least = seed_lo_quartile - 3 * larger(seed_max - seed_lo_quartile, 0.2)
            low = larger(seed_min, least)
            astray = astray || seed_min < least
            pad = 0.08 * larger(seed_max - low, 0.5)
            cell_low[i] = low - pad
            cell_high[i] = seed_max + pad
        }
    }
}

# ---- The page ------------------------------------------------------------------------------------

axis_name = "test accuracy (%)"
least_panel = 1.2
key_count = 2
key_boxes = 2
array key_label[2] = ["a seed", "median"]
array key_mark[2] = [glyph(6), glyph(7)]
set style line 1 lc rgb 0x404040 lw 1.1 dt 1 pt glyph(6) ps 0.4 * mark_scale
set style line 2 lc rgb 0x404040 lw 1.1 dt 1 pt glyph(7) ps 0.5 * mark_scale
notes = subject.(seeds_max == 1 ? "One seed." : seeds.". Lines: lowest to highest."). \
        " Each panel has its own axis.". \
        (astray ? " Arrows: beyond the axis, with the accuracy." : "").missing
load "rows.gp"

# ---- The panels ----------------------------------------------------------------------------------

tick_text(x) = sprintf("%g", x)
do for [r = 1:panels] {
    do for [c = 1:facets] {
        load "row-panel.gp"
        x_low = cell_low[cell(r, c)]
        x_high = cell_high[cell(r, c)]
        set xrange [x_low:x_high]
        load "linear-ticks.gp"
        here(none) = shown(r, c)
        inside(none) = points(15) >= x_low
        row(none) = row_y(int(column(-2)) + 1)
        plot NaN, \
             tsv using (here(0) && points(18) >= x_low ? larger(x_low, points(17)) : NaN): \
                       (row(0)): \
                       (points(18) - larger(x_low, points(17))):(0) \
                 with vectors nohead lw 0.7 lc rgb 0xA0A0A0, \
             for [b = 1:blocks] tsv index b - 1 \
                 using (here(0) && inside(0) ? points(15) : NaN):(row_y(b)) \
                 with points pt glyph(6) ps 0.4 * mark_scale lw 0.8 lc rgb block_colour(b), \
             for [b = 1:blocks] tsv index b - 1 \
                 using (here(0) && points(16) >= x_low ? points(16) : NaN):(row_y(b)) \
                 with points pt glyph(7) ps 0.5 * mark_scale lc rgb block_colour(b), \
             tsv using (here(0) && points(18) < x_low && points(15) == points(18) ? \
                        x_low + 0.14 * (x_high - x_low) / panel_width : NaN):(row(0)): \
                       (-0.14 * (x_high - x_low) / panel_width):(0) \
                 with vectors head filled size screen 0.05 / width, 25 lw 0.7 lc rgb 0x404040, \
             tsv using (here(0) && points(18) < x_low && points(15) == points(18) ? \
                        x_low + 0.18 * (x_high - x_low) / panel_width : NaN):(row(0)): \
                       (sprintf("%.0f", points(18))) \
                 with labels left font small_font
        unset label
        unset arrow
    }
}
unset multiplot
