# architecture-ranking: test accuracy on a subset against that on full data, a mark per network,
# light ones for its seeds, a panel per pruner and rate, with Spearman's correlation. The first is
# full data against its next seed: no subset can be known to do better. Columns:
# architecture-ranking.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
points(c) = 100 * column(c)
stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
# Each dataset begins a row. A place without a block stays empty.
grid_across = int(smaller(facets, 3))
column_across = int(smaller(facets, 2))
wide = narrow ? column_across : grid_across
places = (facets + wide - 1) / wide * wide
tile(panel, facet) = (panel - 1) * places + facet
tiles = (panels - 1) * places + facets
array tile_text[tiles]
array tile_block[tiles]
array tile_correlation[tiles]
do for [t = 1:tiles] {
    tile_text[t] = ""
    tile_block[t] = 0
}
name_of(none) = strcol(9) eq "full" ? "full, next seed" : \
                strcol(11).($12 > 0 ? ", rate ".percent($12) : "")
between(low, high) = low < high ? sprintf(" (%.2f to %.2f)", low, high) : ""
read_row(t, b) = (tile_text[t] = name_of(0), \
                  tile_block[t] = b, \
                  tile_correlation[t] = sprintf("%.2f", $21).between($22, $23), 0)
stats tsv using (read_row(tile(int($6), int($13)), column(-2) + 1)) nooutput

do for [r = 1:(panels > 1 ? panels : 0)] {
    t = tile(r, 1)
    while (tile_block[t] == 0) { t = t + 1 }
    tile_text[t] = panel_title[r].": ".tile_text[t]
}

# All panels of a dataset have the same axes.
array panel_low[panels]
array panel_high[panels]
array panel_y_low[panels]
array panel_y_high[panels]
do for [r = 1:panels] {
    stats tsv using ($6 == r ? points(16) : NaN) name "x" nooutput
    stats tsv using ($6 == r ? points(17) : NaN) name "y" nooutput
    panel_low[r] = padded_low(x_min, x_max)
    panel_high[r] = padded_high(x_min, x_max)
    panel_y_low[r] = padded_low(y_min, y_max)
    panel_y_high[r] = padded_high(y_min, y_max)
}

# ---- The page ------------------------------------------------------------------------------------

grid_shared = panels == 1
x_name = "on full data (%)"
y_name = "on the subset (%)"
wanted_height = narrow ? 1.3 : 2.0
right_width = 0
direct_items = 0
key_boxes = 2
key_count = 2
key_room = 0.3
array key_label[2] = ["a network, mean over seeds", "a seed of it"]
array key_mark[2] = [glyph(7), glyph(6)]
set style line 1 lc rgb 0x404040 lw 1.1 dt 1 pt glyph(7) ps 0.4 * mark_scale
set style line 2 lc rgb 0xA0A0A0 lw 1.1 dt 1 pt glyph(6) ps 0.3 * mark_scale
if (seeds_max == 1) {
    key_count = 0
}
notes = subject."Test accuracy. ".(seeds_max == 1 ? "One seed." : seeds."."). \
        " Numbers: Spearman's correlation of a seed's accuracies over the networks". \
        (seeds_max == 1 ? "." : ", mean over seeds (lowest to highest)."). \
        " Dashed: equally accurate on both. Full data is compared with its next seed; these ". \
        "pairs share seeds and have no mean.".missing
load "grid.gp"

# ---- The panels ----------------------------------------------------------------------------------

text_room = 0.17 # for the correlation, above all marks
set samples 500
do for [t = 1:tiles] {
    b = tile_block[t]
    if (b == 0) { continue }
    r = (t - 1) / places + 1
    c = (t - 1) % places + 1
    load "grid-panel.gp"
    x_low = panel_low[r]
    x_high = panel_high[r]
    y_low = panel_y_low[r]
    y_high = panel_y_high[r] + (panel_y_high[r] - y_low) * text_room / (panel_height - text_room)
    set xrange [x_low:x_high]
    set yrange [y_low:y_high]
    load "linear-ticks.gp"
    if (!last_row) { set xtics nomirror tick_distance format "" }
    step = tick_step(y_high - y_low, panel_height / 0.2)
    set ytics nomirror step * ceil(y_low / step), step, panel_y_high[r] \
        format (first_column ? "%g" : "")
    set label tile_correlation[t] at screen sx(x + 0.06), sy(y + 0.08) front \
        font sprintf(",%g", narrow ? small_size : text_size)
    plot [x_low:x_high] (x < panel_y_high[r] ? x : NaN) with lines lw 0.7 dt 11 lc rgb grey, \
         tsv index b - 1 using ($13 == c ? points(16) : NaN):(points(17)) \
             with points pt glyph(6) ps 0.25 * mark_scale lw 0.6 \
             lc rgb colour(block_pruner[b], block_variant[b] + 1), \
         tsv index b - 1 using ($13 == c && $18 == 1 && strcol(19) ne "NaN" ? \
                                points(19) : NaN):(points(20)) \
             with points pt glyph(7) ps 0.4 * mark_scale lc rgb block_colour(b)
    unset label
}
unset multiplot
